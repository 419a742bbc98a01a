// Plan tokens as text.

import Foundation

/// Base64 with the alphabet that is safe in URLs and shells, without padding.
enum PlanTokenText {
    static func text(_ token: [UInt8]) -> String {
        Data(token).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func bytes(_ text: String) -> [UInt8]? {
        var plain = text.replacing("-", with: "+").replacing("_", with: "/")
        plain += String(repeating: "=", count: (4 - plain.count % 4) % 4)
        return Data(base64Encoded: plain).map { Array($0) }
    }
}
