// The offers of the last answer, kept so that a number takes one.
//
// They lie in the user's state folder (XDG Base Directory Specification: XDG_STATE_HOME, else ~/.local/state), readable by
// the user alone: with its token an offer can be taken by whoever may request leases for its tenant.

import ControlAPI
import Foundation

/// One kept offer: the request that takes it, and the key that makes taking it twice the same as once.
struct SavedOffer: Codable {
    var key: String
    var request: LeaseRequest
}

/// The file of kept offers, and files for others to send.
enum SavedOffers {
    private struct Contents: Codable {
        var offers: [SavedOffer]
    }

    private static var file: URL {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
        let folder = named ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".local/state")
        return folder.appendingPathComponent("berth/offers.json")
    }

    /// Keeps requests in place of those kept before; false when they cannot be kept.
    static func keep(_ requests: [LeaseRequest]) -> Bool {
        let contents = Contents(
            offers: requests.map { SavedOffer(key: "offer-" + UUID().uuidString.lowercased(), request: $0) })
        do {
            try PrivateFile.write(indented(CanonicalJSON.encode(contents)), to: file.path)
            return true
        } catch {
            return false
        }
    }

    /// Forgets what is kept: numbers are those of the last answer, and a new question has none yet.
    static func forget() { try? FileManager.default.removeItem(at: file) }

    /// The kept offers; none when nothing was kept.
    static func read() throws -> [SavedOffer] {
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        return try StrictYAML.decode(Contents.self, fromFile: file.path).offers
    }

    /// Writes each request into a folder, as `offer-1.json` and so on.
    static func write(_ requests: [LeaseRequest], into folder: String) throws {
        for (index, request) in requests.enumerated() {
            let path = URL(fileURLWithPath: folder).appendingPathComponent("offer-\(index + 1).json")
            do {
                try PrivateFile.write(indented(CanonicalJSON.encode(request)), to: path.path)
            } catch {
                throw CommandFailure(
                    status: .badRequest, message: "\(path.path): cannot be written: \(error.localizedDescription)")
            }
        }
    }
}
