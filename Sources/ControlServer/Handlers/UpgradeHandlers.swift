// The format level of the book: how it stands, and the step to the daemon's own.

import ControlAPI
import Hummingbird
import Leasing
import Scheduling

enum UpgradeHandlers {
    static func status(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        return exchange.answer(UpgradeAnswer(view.book, exchange.services.version), view: view)
    }

    static func finalise(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(ReasonRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(.finaliseUpgrade, context)
        return exchange.answer(UpgradeAnswer(view.book, exchange.services.version), view: view)
    }
}

extension UpgradeAnswer {
    /// How a book stands to this program.
    init(_ book: Book, _ version: String) {
        let level = book.formatLevel
        self.init(
            version: version, level: Int(level), programLevel: Int(FormatLevel.current.number),
            finalised: level >= FormatLevel.current.number,
            readableFrom: FormatLevel.numbered(level)?.release ?? version, withheld: FormatLevel.withheld(at: level))
    }
}
