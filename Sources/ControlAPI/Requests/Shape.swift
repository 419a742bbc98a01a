// What a line of a lease is made of.

/// The unit that a line counts.
public enum Shape: String, WireEnumeration {
    /// 512 GPUs of one model on one network block.
    case block
    /// One whole rack.
    case rack
    /// One whole NVL72 rack: 18 trays in one NVLink domain.
    case nvl72
    /// One HGX server, or one NVL72 tray.
    case node
    /// 1, 2, 4 or 8 GPUs of one node in one NVLink partition; composed, also 3, 5, 6 or 7 in several.
    case gpu
    /// One MIG instance of a profile, on part of one GPU.
    case mig
    /// As many whole nodes as a power carries.
    case watts
}

/// A level of the topology, from the largest domain to the smallest.
public enum TopologyLevel: String, WireEnumeration {
    /// A site.
    case site
    /// A data hall.
    case hall
    /// A network block.
    case block
    /// A rack.
    case rack
    /// An NVL72 rack, as a constraint: the units of a line share one NVLink domain.
    case nvl72
    /// A node.
    case node
}

/// How firmly a lease is held.
public enum LeaseClass: String, WireEnumeration {
    /// Taken back only under a clause.
    case guaranteed
    /// May be displaced by a guaranteed lease under its contract.
    case standard
    /// On idle capacity; may be taken back at short notice.
    case opportunistic
}
