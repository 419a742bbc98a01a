// The text of an answer to a poll, field by field in the order of declaration.

extension HeldLease: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("id", id)
        text.field("state", state.rawValue)
        text.list("conditions", conditions) { $0.append(contentsOf: CanonicalJSON.encode($1)) }
        text.field("start", start)
        text.field("end", end)
        text.field("promised", promised)
        text.field("delivered", delivered)
        text.field("capWattsPerGpu", capWattsPerGpu)
        text.field("capPercent", capPercent)
        text.encodedField("down", down)
        text.encodedField("capNow", capNow)
        text.encodedField("curtailments", curtailments)
        text.list("allocation", allocation)
        text.endObject()
    }
}

extension TenantAllocation: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("tenant", tenant)
        text.field("index", index)
        text.field("nextChangeAt", nextChangeAt)
        text.list("leases", leases) { $1.write(to: &$0) }
        text.list("notices", notices) { $0.append(contentsOf: CanonicalJSON.encode($1)) }
        text.encodedField("faults", faults)
        text.encodedField("subleases", subleases)
        text.endObject()
    }
}
