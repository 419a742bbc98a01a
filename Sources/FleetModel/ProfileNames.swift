// MIG profiles by name.

/// Why a name is not that of one profile.
public enum ProfileNameError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No accepted platform has a profile of that name.
    case unknown(String, known: [String], nearest: String?)
    /// Models have different profiles under that name.
    case ambiguous(String, models: [String])

    public var description: String {
        switch self {
        case .unknown(let name, let known, let nearest):
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            return "there is no MIG profile \(name)\(hint); the profiles are \(known.joined(separator: ", "))"
        case .ambiguous(let name, let models):
            return
                "\(name) is another profile on each of \(models.joined(separator: ", ")); name the models of one with `gpu`"
        }
    }
}

extension Fleet {
    /// The NVML number of the profile of that name on platforms that stand at some sites, of some models; with none
    /// given, of any. Unknown models and sites are passed over. O(racks).
    ///
    /// One name can be different profiles on different models: `1g.35gb` has one of eight memory slices on one and two
    /// on another. Then the models that are accepted must tell them apart.
    public func profileID(
        named name: String, models: [String] = [], sites: [String] = []
    ) throws(ProfileNameError) -> Int {
        let accepted = acceptedPlatforms(models: models, sites: sites)
        var found: [(model: String, profileID: Int)] = []
        for platform in accepted {
            for profile in platform.migProfiles where profile.name == name {
                found.append((platform.gpu, profile.profileID))
            }
        }
        guard let first = found.first else {
            var known: [String] = []
            for profile in accepted.flatMap(\.migProfiles) where !known.contains(profile.name) {
                known.append(profile.name)
            }
            throw .unknown(name, known: known, nearest: Spelling.nearest(to: name, among: known))
        }
        guard found.allSatisfy({ $0.profileID == first.profileID }) else {
            var models: [String] = []
            for (model, _) in found where !models.contains(model) { models.append(model) }
            throw .ambiguous(name, models: models)
        }
        return first.profileID
    }

    /// Bits of the platforms on which the profile of that number has that name.
    public func platforms(withProfile profileID: Int, named name: String) -> UInt64 {
        var mask: UInt64 = 0
        for (offset, platform) in platforms.enumerated()
        where platform.migProfiles.contains(where: { $0.profileID == profileID && $0.name == name }) {
            mask |= 1 << UInt64(offset)
        }
        return mask
    }

    private func acceptedPlatforms(models: [String], sites: [String]) -> [Platform] {
        var standing: Set<Int> = []
        for key in rackKeys where sites.isEmpty || sites.contains(self.sites[key.site].name) {
            standing.insert(key.platform)
        }
        // Who names no site that there is is told so elsewhere.
        if standing.isEmpty { standing = Set(rackKeys.map(\.platform)) }
        let named = standing.filter { models.contains(platforms[$0].gpu) }
        return (named.isEmpty ? standing : named).sorted().map { platforms[$0] }
    }
}
