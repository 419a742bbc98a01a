// A contract in plain words, a sentence or two for each clause.

import FleetModel

/// What one clause says.
public struct ClauseText: Equatable, Sendable {
    public let clause: Clause
    public let text: String
}

extension ContractTerms {
    /// Every clause in plain words, in the order of the document; what no clause says is said where it matters.
    public func explained() -> [ClauseText] {
        var texts: [ClauseText] = []
        func say(_ clause: Clause, _ text: String) { texts.append(ClauseText(clause: clause, text: text)) }
        say(.tenant, tenant.map { "Only \($0) leases under it." } ?? "Any tenant may lease under it.")
        let prices = [
            pricePerMonthMicros.map { "\(dollars($0)) for each calendar month" },
            pricePerYearMicros.map { "\(dollars($0)) for each year, a twelfth of it for each calendar month" },
            pricePerGPUHourMicros.map { "\(dollars($0)) for each GPU and hour that is delivered" },
            pricePerMWhMicros.map { "\(dollars($0)) for each megawatt-hour at the meter" },
        ].compactMap(\.self)
        say(.price, prices.isEmpty ? "It costs nothing." : "It costs " + prices.joined(separator: ", and ") + ".")
        if !rampDiscounts.isEmpty { say(.rampDiscounts, discountText) }
        if let seconds = commitmentSeconds {
            say(.commitment, "The tenant pays for at least \(durationText(seconds)) from the start of a lease.")
        }
        for (clause, text) in endTexts + reclaimTexts { say(clause, text) }
        say(
            .shedTier,
            shedTier.map { "In an emergency its leases are shed in tier \($0) of 9; tier 1 goes first." }
                ?? "In an emergency its leases are shed in the tier of their class: opportunistic 1, standard 5, guaranteed 9."
        )
        for (clause, text) in promiseTexts { say(clause, text) }
        say(.curtailment, curtailmentText)
        if !sites.isEmpty { say(.sites, "Its leases lie at \(sites.joined(separator: " or ")).") }
        if !models.isEmpty { say(.models, "Its leases are of \(models.joined(separator: " or ")).") }
        if let seconds = preemptionNoticeSeconds {
            say(
                .preemption,
                "Its opportunistic leases give way to guaranteed and standard ones "
                    + (seconds == 0 ? "at once." : "after \(durationText(seconds)) of notice."))
        }
        say(.movable, movable.map(text) ?? "Healthy hardware is never exchanged unless the tenant asks for it.")
        if let approvals {
            let notices = [
                approvals.forCause ? "for cause" : nil, approvals.forConvenience ? "for convenience" : nil,
                approvals.cancellation ? "of cancellation" : nil,
            ].compactMap(\.self)
            say(
                .approvals,
                "The provider's notices \(notices.joined(separator: ", ")) need a second operator's approval, which expires "
                    + "after \(durationText(approvals.expirySeconds)).")
        }
        say(.transfers, transferText)
        say(.subleases, subleaseText)
        return texts
    }

    private var transferText: String {
        guard let transfers else {
            return "Its leases are not handed over to another tenant; the tenant may split them."
        }
        return "The tenant may hand a lease, or a share of one, over to another tenant that agrees"
            + (transfers.needsApproval ? ", if the provider approves it" : " at the same price")
            + "; an offer lasts \(durationText(transfers.expirySeconds))."
    }

    private var subleaseText: String {
        guard let subleases else { return "Its leases are not let to other tenants." }
        return
            "The tenant may let another tenant that agrees use a lease, or a share of one, and stays bound by all of this"
            + (subleases.needsApproval ? "; the provider has to approve it" : "")
            + (subleases.maxPercent < 100
                ? "; at most \(subleases.maxPercent) % of the GPUs that it holds under the contract are let at a time, which is looked at when something is let"
                : "")
            + "; an offer lasts \(durationText(subleases.expirySeconds))."
    }

    private var discountText: String {
        let parts = rampDiscounts.enumerated().map { place, item in
            "\(percentText(item.basisPoints)) less in the \(place == 0 ? "first" : "next") "
                + (item.months == 1 ? "calendar month" : "\(item.months) calendar months")
        }
        return "From the start of a lease the price for months and years is " + parts.joined(separator: ", then ") + "."
    }

    private var endTexts: [(Clause, String)] {
        var texts: [(Clause, String)] = []
        if let seconds = minimumTermSeconds {
            texts.append(
                (
                    .minimumTerm,
                    "For \(durationText(seconds)) from the start of a lease neither side may end it, except for cause."
                ))
        }
        if providerNotice == tenantNotice, providerNotice > 0 {
            texts.append((.noticePeriod, "Either side ends a lease with \(durationText(providerNotice)) of notice."))
        } else {
            if providerNotice > 0 {
                texts.append(
                    (.providerNoticePeriod, "The provider ends a lease with \(durationText(providerNotice)) of notice.")
                )
            }
            if tenantNotice > 0 {
                texts.append(
                    (.tenantNoticePeriod, "The tenant ends a lease with \(durationText(tenantNotice)) of notice."))
            }
        }
        texts.append(
            (
                .cancellationAfter,
                cancellationAfter.map {
                    "From \(RFC3339.text($0)) on either side may give that notice without a cause."
                }
                    ?? "The tenant may give that notice at any time, the provider not without a cause."
            ))
        return texts
    }

    private var reclaimTexts: [(Clause, String)] {
        var texts: [(Clause, String)] = []
        if reclaimCauses.isEmpty {
            texts.append((.reclaimCauses, "There is no cause for which the provider may take capacity back."))
        } else {
            texts.append(
                (
                    .reclaimForCause,
                    "The provider may take capacity back for \(reclaimCauses.joined(separator: " or ")), "
                        + (causeNotice > 0 ? "with \(durationText(causeNotice)) of notice." : "at once.")
                ))
        }
        if let clause = convenience {
            let times = clause.maxTimes == 1 ? "once" : "\(clause.maxTimes) times"
            texts.append(
                (
                    .reclaimForConvenience,
                    "Without a cause the provider may take back at most \(clause.maxPercent) % of a lease's GPUs, \(times) in "
                        + "\(durationText(clause.periodSeconds)), with \(durationText(clause.noticeSeconds)) of notice."
                ))
        } else {
            texts.append((.reclaimForConvenience, "Without a cause the provider may take nothing back."))
        }
        if let offRamp, offRamp.steps > 1 {
            texts.append(
                (
                    .offRamp,
                    "What is taken back without a cause goes in \(offRamp.steps) equal steps, "
                        + "\(durationText(offRamp.intervalSeconds)) apart, the first when the notice is over."
                ))
        }
        return texts
    }

    private var promiseTexts: [(Clause, String)] {
        var texts: [(Clause, String)] = []
        if let spares = sparesPerDomain, spares > 0 {
            texts.append(
                (
                    .spares,
                    "Each domain of a line of blocks, racks or nvl72, and of nodes within a domain, has \(spares) spare "
                        + "node\(spares == 1 ? "" : "s") where the lease names no other number."
                ))
        }
        if let seconds = replacementSeconds {
            texts.append(
                (
                    .replacementDeadline,
                    "A node that fails is replaced within \(durationText(seconds)); until then it counts as available."
                ))
        }
        if let needsConsent = wholeRackSwapNeedsConsent {
            texts.append(
                (
                    .wholeRackSwap,
                    needsConsent
                        ? "The tenant has consented to a rack with a failed node being replaced by a whole rack."
                        : "A rack with a failed node is not replaced by a whole rack."
                ))
        }
        if let target = availabilityBasisPoints {
            texts.append(
                (
                    .availabilityTargetPercent,
                    "In each month \(percentText(target)) of the promised GPU-hours are delivered."
                ))
        }
        if !credits.isEmpty {
            let bands = credits.map { band in
                "under \(percentText(band.belowBasisPoints)), \(percentText(band.creditBasisPoints)) of the month's charge"
            }
            texts.append((.availabilityCredits, "Credited in a month are: " + bands.joined(separator: "; ") + "."))
        }
        return texts
    }

    private var curtailmentText: String {
        guard let notice = curtailmentNoticeSeconds else {
            return "Watts are never lowered, except for a physical limit, which is a breach with credits."
        }
        let floor = curtailmentFloorPercent ?? Int64(CurtailmentTerms.floorPercentWithoutOne)
        return "Watts may be lowered to \(floor) % of each model's highest cap"
            + (notice > 0 ? " with \(durationText(notice)) of notice" : " at once")
            + (curtailmentHoursPerMonth.map { ", for at most \($0) hours in a calendar month" } ?? "")
            + (curtailmentMayStop == true ? "; hardware may be stopped, too" : "; hardware is never stopped")
            + ". Leases of one tier take turns."
    }

    private func text(_ clause: MoveClause) -> String {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let days = names.indices.filter { clause.weekdays >> $0 & 1 == 1 }.map { names[$0] }
        let when =
            (days.count == 7 ? "on any day" : "on " + days.joined(separator: ", "))
            + (clause.hours == 0..<24
                ? "" : " from \(clause.hours.lowerBound):00 to \(clause.hours.upperBound):00 UTC")
        let notice = clause.noticeSeconds > 0 ? ", with \(durationText(clause.noticeSeconds)) of notice" : ""
        return "Hardware may be exchanged for other hardware of its kind \(when)\(notice)."
    }
}

/// Seconds as `90 days` or `1 day 12 hours`.
func durationText(_ seconds: Int64) -> String {
    var (rest, parts) = (seconds, [String]())
    for (unit, name) in [(Int64(86_400), "day"), (3_600, "hour"), (60, "minute"), (1, "second")] {
        let (count, left) = rest.quotientAndRemainder(dividingBy: unit)
        if count > 0 { parts.append("\(count) \(name)\(count == 1 ? "" : "s")") }
        rest = left
    }
    return parts.isEmpty ? "no time" : parts.joined(separator: " ")
}

/// Micro-dollars as `$920,000,000` or `$2.99`.
func dollars(_ micros: MicroDollars) -> String {
    let (whole, rest) = micros.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    var digits = String(whole)
    var place = digits.count - 3
    while place > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
        place -= 3
    }
    var text = (micros < 0 ? "-$" : "$") + digits
    guard rest > 0 else { return text }
    var fraction = String(repeating: "0", count: 6 - String(rest).count) + String(rest)
    while fraction.count > 2 && fraction.hasSuffix("0") { fraction.removeLast() }
    text += "." + fraction
    return text
}
