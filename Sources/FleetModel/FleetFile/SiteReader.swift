// Reads what is true of all of a site: its losses, its energy and its turn-round.

enum SiteReader {
    static let keys = [
        "name", "pue", "networkPercent", "energyPricePerMWh", "carbonGramsPerKWh", "reliabilityPercent", "turnRound",
        "halls", "power", "cooling",
    ]

    static func site(_ fields: YAMLFields) throws(FleetFileError) -> Site {
        let nameValue = try fields.required("name")
        let name = try nameValue.text(DomainName.siteNameExpected)
        guard DomainName.isSiteName(name) else { throw nameValue.unexpected(DomainName.siteNameExpected) }
        return Site(
            name: name,
            pueThousandths: try fields.required("pue").decimal(places: 3, 1_000...5_000),
            networkPermille: try fields.required("networkPercent").decimal(places: 1, 0...1_000),
            energyPriceMicrosPerMWh: try fields.required("energyPricePerMWh").decimal(places: 6, 0...100_000_000_000),
            carbonGramsPerKWh: try fields.required("carbonGramsPerKWh").integer(0...10_000),
            reliabilityBasisPoints: try fields.required("reliabilityPercent").decimal(places: 2, 0...10_000),
            turnRound: try turnRound(fields.required("turnRound")))
    }

    private static func turnRound(_ value: YAMLValue) throws(FleetFileError) -> TurnRound {
        let fields = try YAMLFields(value, of: "turnRound", keys: ["cleaning", "validating", "endsBy"])
        return TurnRound(
            cleaningSeconds: try fields.required("cleaning").seconds(),
            validatingSeconds: try fields.required("validating").seconds(),
            ending: try fields.required("endsBy").choice())
    }
}
