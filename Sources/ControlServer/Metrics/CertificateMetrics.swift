// The certificates that listeners speak TLS with, as metrics: one that ends ends every tenant's way in.

extension MetricsText {
    /// When the certificates of listeners begin and end, and whether what is on disk is in use; no samples without TLS.
    mutating func addCertificates(_ listening: ListenersAtWork) {
        let states = listening.listeners.compactMap { listener, tls in tls.map { (listener.place, $0.state) } }
        func family(_ name: String, _ help: String, _ value: (TLSIdentity.State) -> Int64) {
            self.family(name, .gauge, help)
            for (place, state) in states { sample(name, ["listener": place], value(state)) }
        }
        family(
            "berth_tls_certificate_start_timestamp_seconds",
            "When a listener's certificate begins to count, in seconds since 1970."
        ) { $0.notBefore }
        family(
            "berth_tls_certificate_expiry_timestamp_seconds",
            "When a listener's certificate ends, in seconds since 1970."
        ) { $0.notAfter }
        family(
            "berth_tls_certificate_refused", "1 while newer files of a listener's certificate are of no use, else 0."
        ) { $0.fault == nil ? 0 : 1 }
    }
}
