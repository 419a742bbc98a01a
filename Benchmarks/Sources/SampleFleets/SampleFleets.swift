// The fleets that the packing core is measured on.

public import FleetModel
import Foundation

public enum SampleFleets {
    /// When the sample fleets' time begins.
    public static let now: Int64 = 1_800_000_000
    public static let day: Int64 = 86_400

    /// The default fleet's file.
    public static let defaultPath = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("config/fleets/colossus.yaml").path

    /// Reads a fleet file. One that cannot be read ends the program.
    public static func load(_ path: String) -> Fleet {
        do {
            return try FleetFile.load(path: path, catalogue: try Catalogue.builtIn())
        } catch {
            fatalError("\(error)")
        }
    }

    /// A fleet of about `gpus` GPUs in the proportions of the default one.
    public static func scaled(gpus: Int) -> Fleet {
        do {
            return try FleetFile.parse(
                text: ScaledFleet(gpus: gpus).text, file: "scaled to \(gpus) GPUs", catalogue: try Catalogue.builtIn())
        } catch {
            fatalError("\(error)")
        }
    }
}
