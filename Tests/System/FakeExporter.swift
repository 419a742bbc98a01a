// An exporter with DCGM's metrics for some nodes, whose figures a test sets.

import Foundation
import Glibc
import Synchronization

/// Addresses of this machine.
enum Loopback {
    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    /// A listening socket on a port that the system chooses.
    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard result else { throw SystemFault("listening on a port") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// A port on which nobody listens now.
    static func freePort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }
}

/// Answers every request with the same text, on a thread of its own, until it goes away.
final class FakeExporter: Sendable {
    private let descriptor: Int32
    private let text: Mutex<String>
    let port: UInt16

    init(_ text: String) throws {
        (descriptor, port) = try Loopback.listen()
        self.text = Mutex(text)
        Thread.detachNewThread { [weak self, descriptor] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                FakeExporter.answer(connection, self?.text.withLock { $0 } ?? "")
            }
        }
    }

    deinit {
        // Wakes the thread in accept.
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    var url: String { "http://127.0.0.1:\(port)/metrics" }

    func set(_ text: String) { self.text.withLock { $0 = text } }

    private static func answer(_ connection: Int32, _ text: String) {
        defer { close(connection) }
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n"
            + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
        var bytes = Array(answer.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// What DCGM's exporter writes for eight GPUs of each node.
    static func dcgm(_ nodes: [String], watts: Int) -> String {
        var text = "# HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).\n# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n"
        for node in nodes {
            for gpu in 0..<8 {
                text +=
                    "DCGM_FI_DEV_POWER_USAGE{gpu=\"\(gpu)\",UUID=\"GPU-\(node)-\(gpu)\",device=\"nvidia\(gpu)\","
                    + "modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"\(node)\"} \(watts).250000\n"
            }
        }
        return text
    }
}
