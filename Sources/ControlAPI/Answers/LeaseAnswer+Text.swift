// The text of a lease, field by field in the order of declaration.

extension Capacity: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("gpus", gpus)
        text.field("migInstances", migInstances)
        text.field("watts", watts)
        text.endObject()
    }
}

extension ReservationAnswer: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("name", name)
        text.field("shape", shape.rawValue)
        text.field("count", count)
        text.field("gpus", gpus)
        text.encodedField("composed", composed)
        text.field("profile", profile)
        text.encodedField("megawatts", megawatts)
        text.encodedField("gpu", gpu)
        text.field("within", within?.rawValue)
        text.encodedField("spread", spread)
        text.encodedField("pin", pin)
        text.encodedField("ramp", ramp)
        text.list("allocation", allocation)
        text.endObject()
    }
}

extension CapThroughput: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("pretrain", pretrain)
        text.field("finetune", finetune)
        text.field("inference", inference)
        text.endObject()
    }
}

extension ExpectedShortfall: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("nodesDown", nodesDown)
        text.field("gpusDown", gpusDown)
        text.field("failuresPerDay", failuresPerDay)
        text.field("repairDays", repairDays)
        text.endObject()
    }
}

extension ShapeCount: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("shape", shape.rawValue)
        text.field("count", count)
        text.field("gpus", gpus)
        text.field("gpu", gpu)
        text.field("domain", domain)
        text.endObject()
    }
}

extension Decision: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("micros", micros)
        text.field("wholeBlocksLeft", wholeBlocksLeft)
        text.field("largestShapeLeft", largestShapeLeft)
        text.field("strandedGpus", strandedGpus)
        text.field("strandedWatts", strandedWatts)
        text.encodedField("highestCap", highestCap)
        text.encodedField("preempts", preempts)
        text.endObject()
    }
}

extension LeaseAnswer: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("id", id)
        text.field("revision", revision)
        text.field("state", state.rawValue)
        text.list("conditions", conditions) { $0.append(contentsOf: CanonicalJSON.encode($1)) }
        text.field("tenant", tenant)
        text.field("contract", contract)
        text.field("contractVersion", contractVersion)
        text.field("label", label)
        text.field("class", leaseClass.rawValue)
        text.field("start", start)
        text.field("end", end)
        text.field("nextChangeAt", nextChangeAt)
        text.field("promised", promised)
        text.field("delivered", delivered)
        text.field("wattsAtMeter", wattsAtMeter)
        text.field("capWattsPerGpu", capWattsPerGpu)
        text.field("capPercent", capPercent)
        text.field("throughput", throughput)
        text.list("reservations", reservations) { $1.write(to: &$0) }
        text.encodedField("schedule", schedule)
        text.field("decision", decision)
        text.field("expectedShortfall", expectedShortfall)
        text.encodedField("down", down)
        text.encodedField("spares", spares)
        text.encodedField("capNow", capNow)
        text.encodedField("curtailments", curtailments)
        text.encodedField("curtailed", curtailed)
        text.field("planToken", planToken)
        text.field("sublease", sublease)
        text.endObject()
    }
}

extension LeaseBatchResult: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.field("lease", lease)
        text.encodedField("problem", problem)
        text.endObject()
    }
}

extension LeaseBatchAnswer: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.list("results", results) { $1.write(to: &$0) }
        text.endObject()
    }
}

extension LeaseList: JSONWritable {
    func write(to text: inout JSONText) {
        text.beginObject()
        text.list("leases", leases) { $1.write(to: &$0) }
        text.field("cursor", cursor)
        text.endObject()
    }
}
