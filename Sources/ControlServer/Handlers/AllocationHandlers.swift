// Every node of a lease, for whoever provisions it; streamed, since a large lease has tens of thousands.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Packing
import Scheduling

enum AllocationHandlers {
    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let visible = try LeaseHandlers.visibleLease(exchange, in: view)
        guard let lease = view.book.wholeLease(visible.number) else { throw LeaseHandlers.notFound }
        exchange.noteAccess(to: visible.tenant)
        let revision = LeaseEncoding(book: view.book, role: exchange.role).answer(lease).revision
        return try answer(
            AllocatedHardware(
                id: view.book.naming.id(of: lease.lease.number), revision: revision, lines: lease.lines, cap: lease.cap,
                start: lease.lease.start, end: lease.lease.end), in: view, exchange)
    }

    /// Some hardware in the format that is asked for.
    static func answer(_ held: AllocatedHardware, in view: PublishedView, _ exchange: Exchange) throws -> Response {
        let format =
            try exchange.query("format", "json, hostlist, plain, slurm, kubernetes or ansible") {
                AllocationFormat(rawValue: $0)
            } ?? .json
        let nodes = AllocatedUnit.units(of: held.lines, in: view.book.fleet)
        switch format {
        case .json: return json(held, nodes, view, exchange)
        case .hostlist: return text(hostList(nodes, view), view, exchange)
        case .plain: return text(names(nodes, view).joined(separator: "\n"), view, exchange)
        case .slurm: return text(try slurm(held, nodes, view), view, exchange)
        case .kubernetes: return exchange.answer(KubernetesAffinity(nodes: names(nodes, view)), view: view)
        case .ansible:
            let inventory = AnsibleInventory(lease: held.id, hosts: hosts(nodes, view))
            return text(inventory.text, view, exchange)
        }
    }

    private static func json(
        _ held: AllocatedHardware, _ units: [AllocatedUnit], _ view: PublishedView, _ exchange: Exchange
    ) -> Response {
        let book = view.book
        var headers = exchange.headers(view: view)
        headers[.contentType] = MediaTypes.json
        let head = #"{"id":"\#(held.id)","revision":\#(held.revision),"nodes":["#
        let body = ResponseBody { writer in
            var buffer = ByteBuffer(string: head)
            for (index, unit) in units.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                buffer.writeBytes(CanonicalJSON.encode(unit.answer(cap: held.cap, in: book)))
                if buffer.readableBytes > 64 << 10 {
                    try await writer.write(buffer)
                    buffer = ByteBuffer()
                }
            }
            buffer.writeString("]}")
            try await writer.write(buffer)
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func names(_ units: [AllocatedUnit], _ view: PublishedView) -> [String] {
        var names = units.map { view.book.fleet.nodeName(NodeIndex($0.node)) }
        names.sort()
        return names.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    /// Every node once, with the domain that it lies in, in the order of names.
    private static func hosts(_ units: [AllocatedUnit], _ view: PublishedView) -> [AnsibleInventory.Host] {
        let fleet = view.book.fleet
        var hosts = units.map { unit in
            let rack = fleet.racks[fleet.rackOfNode[unit.node].offset]
            return AnsibleInventory.Host(
                name: fleet.nodeName(NodeIndex(unit.node)), domain: fleet.domains[rack.domain.offset].path)
        }
        hosts.sort { $0.name < $1.name }
        return hosts.reduce(into: []) { if $0.last?.name != $1.name { $0.append($1) } }
    }

    private static func hostList(_ units: [AllocatedUnit], _ view: PublishedView) -> String {
        HostList.fold(names(units, view)).joined(separator: ",")
    }

    /// Arguments for `scontrol create reservation`, which takes whole nodes: what others hold of them would be taken, too.
    private static func slurm(
        _ held: AllocatedHardware, _ units: [AllocatedUnit], _ view: PublishedView
    ) throws -> String {
        let fleet = view.book.fleet
        let parts = units.filter { !$0.slices.isEmpty || $0.moduleMask != fleet.moduleMasks[$0.node] }
        if let first = parts.first {
            throw Problem(
                .wrongState,
                detail: "a reservation in Slurm takes whole nodes, and \(held.id) holds only a part of "
                    + "\(Set(parts.map(\.node)).count) of its nodes, such as \(fleet.nodeName(NodeIndex(first.node))); "
                    + "format=hostlist names its nodes, format=json their GPUs")
        }
        let start = RFC3339.text(held.start).dropLast()
        let end = RFC3339.text(held.end).dropLast()
        return "ReservationName=\(held.id) StartTime=\(start) EndTime=\(end) "
            + "Nodes=\(hostList(units, view)) Users=root Flags=IGNORE_JOBS"
    }

    private static func text(_ text: String, _ view: PublishedView, _ exchange: Exchange) -> Response {
        var headers = exchange.headers(view: view)
        headers[.contentType] = MediaTypes.text
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}

/// What is held under one id, with what its formats say besides.
struct AllocatedHardware: Sendable {
    var id: String
    var revision: Int
    var lines: [LeaseLine]
    var cap: PowerCap
    var start: Int64
    var end: Int64
}
