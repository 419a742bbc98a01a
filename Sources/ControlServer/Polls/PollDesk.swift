// What answering polls takes, shared by all connections.

import HTTPTypes
import Leasing
import Scheduling

/// What the handlers of a connection need of the services to answer polls.
final class PollDesk: Sendable {
    let services: ControlServices

    init(_ services: ControlServices) {
        self.services = services
    }
}
