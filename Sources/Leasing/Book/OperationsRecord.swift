// What a snapshot says of operations: maintenance, and feeds that have failed.

import FleetModel

/// What operators have set that stands beside the leases. A book without any is written without this record.
struct OperationsRecord: FieldCoded {
    var maintenance: [MaintenanceRecord] = []
    var nextMaintenanceNumber: UInt64 = 1
    var failures: [FeedFailure] = []
    var darkNodes: [IDRange] = []

    static var blank: OperationsRecord { OperationsRecord() }

    var isBlank: Bool {
        maintenance.isEmpty && nextMaintenanceNumber == 1 && failures.isEmpty && darkNodes.isEmpty
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&maintenance)
        try coder.code(&nextMaintenanceNumber)
        try coder.code(&failures)
        try coder.code(&darkNodes)
    }

    /// What is wrong with the record by itself, or nil; whether nodes are free is checked when they are booked.
    func flaw(timeMax: Int64, numberMax: UInt64) -> String? {
        guard nextMaintenanceNumber <= numberMax else { return "a number of maintenance is out of range" }
        guard zip(failures, failures.dropFirst()).allSatisfy({ FeedFailure.isBefore($0, $1) }) else {
            return "failed feeds are not in order"
        }
        guard zip(maintenance, maintenance.dropFirst()).allSatisfy({ $0.name < $1.name }),
            Set(maintenance.map(\.number)).count == maintenance.count,
            maintenance.allSatisfy({ $0.number > 0 && $0.number < nextMaintenanceNumber && !$0.windows.isEmpty })
        else { return "maintenance is not in order" }
        for item in maintenance {
            guard item.windows[0].start >= 0, item.windows.last!.end <= timeMax,
                zip(item.windows, item.windows.dropFirst()).allSatisfy({ $0.end <= $1.start })
            else { return "a window of maintenance is out of range" }
        }
        return nil
    }
}

extension Book {
    var operationsRecord: OperationsRecord {
        OperationsRecord(
            maintenance: maintenanceRecords, nextMaintenanceNumber: maintenance.nextNumber,
            failures: feeds.failures, darkNodes: register.permanent(darkNodes))
    }

    /// Puts what a snapshot says of operations; false when it does not go with the leases.
    mutating func take(_ record: OperationsRecord) -> Bool {
        guard take(record.maintenance) else { return false }
        maintenance.nextNumber = record.nextMaintenanceNumber
        take(record.failures, dark: record.darkNodes)
        return true
    }
}
