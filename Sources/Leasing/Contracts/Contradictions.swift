// Contracts whose clauses cannot both hold.

public import FleetModel

/// Two clauses of one contract that contradict each other.
public struct Contradiction: Equatable, Sendable {
    public let first: Clause
    public let second: Clause
    /// Why both cannot hold.
    public let why: String
}

extension ContractTerms {
    /// The first two clauses that contradict each other, or nil. O(terms).
    public func contradiction(in fleet: Fleet) -> Contradiction? {
        priceContradiction ?? endContradiction ?? reclaimContradiction ?? promiseContradiction
            ?? transferContradiction ?? hardwareContradiction(in: fleet)
    }

    private var transferContradiction: Contradiction? {
        guard let transfers, !transfers.needsApproval, hasBasePrice else { return nil }
        return Contradiction(
            first: .transfers, second: .price,
            why:
                "the price for months or years is for all leases together, so that no part of it goes with a lease unless the "
                + "provider agrees")
    }

    private var priceContradiction: Contradiction? {
        if !rampDiscounts.isEmpty && !hasBasePrice {
            return Contradiction(
                first: .rampDiscounts, second: .price,
                why: "discounts are taken off a price for months or years, and there is none")
        }
        if commitmentSeconds != nil && !hasPrice {
            return Contradiction(
                first: .commitment, second: .price, why: "the tenant is bound to pay, and there is no price")
        }
        return nil
    }

    private var endContradiction: Contradiction? {
        if let commitment = commitmentSeconds, let term = minimumTermSeconds, commitment < term {
            return Contradiction(
                first: .commitment, second: .minimumTerm,
                why: "the tenant need not pay for all of the time in which neither side may end it")
        }
        if cancellationAfter != nil && noticeSeconds == nil
            && (providerNoticeSeconds == nil || tenantNoticeSeconds == nil)
        {
            return Contradiction(
                first: .cancellationAfter, second: .noticePeriod,
                why: "either side may end a lease after its notice, and there is no notice period")
        }
        return nil
    }

    private var reclaimContradiction: Contradiction? {
        if reclaimCauses.contains("convenience") {
            return Contradiction(
                first: .reclaimCauses, second: .reclaimForConvenience,
                why: "convenience is no cause; reclaimForConvenience says how much and how often")
        }
        if causeNoticeSeconds != nil && reclaimCauses.isEmpty {
            return Contradiction(
                first: .reclaimForCause, second: .reclaimCauses,
                why: "no cause is named for which capacity can be reclaimed"
            )
        }
        if let approvals, approvals.forCause && reclaimCauses.isEmpty {
            return Contradiction(
                first: .approvals, second: .reclaimCauses, why: "no cause is named for which approval could be asked")
        }
        if let approvals, approvals.forConvenience && convenience == nil {
            return Contradiction(
                first: .approvals, second: .reclaimForConvenience,
                why: "nothing may be reclaimed without a cause, so that there is nothing to approve")
        }
        if offRamp != nil && reclaimCauses.isEmpty && convenience == nil && cancellationAfter == nil {
            return Contradiction(
                first: .offRamp, second: .reclaimForConvenience,
                why: "no clause lets anything be taken back, so there is nothing that could go in steps")
        }
        return nil
    }

    private var promiseContradiction: Contradiction? {
        if !credits.isEmpty && availabilityBasisPoints == nil {
            return Contradiction(
                first: .availabilityCredits, second: .availabilityTargetPercent,
                why: "credits are for availability under a target, and there is none")
        }
        if let target = availabilityBasisPoints, let over = credits.first(where: { $0.belowBasisPoints > target }) {
            return Contradiction(
                first: .availabilityCredits, second: .availabilityTargetPercent,
                why: "availability below \(percentText(over.belowBasisPoints)) is credited, and only "
                    + "\(percentText(target)) is promised")
        }
        if curtailmentFloorPercent == 100 && curtailmentMayStop != true {
            return Contradiction(
                first: .curtailmentFloor, second: .curtailment,
                why: "a floor of 100 % lets nothing be lowered; leave curtailment out for none")
        }
        if wholeRackSwapNeedsConsent == false && movable != nil {
            return Contradiction(
                first: .wholeRackSwap, second: .movable,
                why: "the tenant has not consented to being moved by racks, and may be moved without being asked")
        }
        return nil
    }

    private func hardwareContradiction(in fleet: Fleet) -> Contradiction? {
        guard !sites.isEmpty && !models.isEmpty else { return nil }
        let offered = fleet.racks.contains { rack in
            sites.contains(fleet.sites[rack.siteOffset].name)
                && models.contains(fleet.platforms[rack.platformOffset].gpu)
        }
        guard !offered else { return nil }
        return Contradiction(
            first: .sites, second: .models,
            why: "\(sites.joined(separator: ", ")) has no \(models.joined(separator: " or "))")
    }
}

/// Hundredths of a percent as `99.5 %`.
func percentText(_ basisPoints: Int64) -> String {
    let (whole, rest) = basisPoints.quotientAndRemainder(dividingBy: 100)
    guard rest != 0 else { return "\(whole) %" }
    let digits = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
    return "\(whole).\(digits) %"
}
