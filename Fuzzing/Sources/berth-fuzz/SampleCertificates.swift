// Client certificates to begin with, made with openssl; nothing in them is secret, and no key is kept.

import Foundation

enum SampleCertificates {
    static let all: [[UInt8]] = texts.map { text in
        guard let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
            fatalError("a certificate is in base64")
        }
        return Array(bytes)
    }

    private static let texts: [String] = [
        // A SPIFFE ID.
        """
        MIIBcjCCARigAwIBAgIUY0zOydVsD+93weYxfaCSk0HoJnIwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEYWNtZTAgFw0yNjEyMDEw
        NjM1MjZaGA8yMTI2MTEwNzA2MzUyNlowDzENMAsGA1UEAwwEYWNtZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJAIAlk/ZDkK
        R7v8mkS06YEfE5vWihWdCbZYKzNra0yM2hsTEKWDpQY19+NOng5+Q9SlB4IJ7I/tBHCtaolsWaCjUDBOMC0GA1UdEQQmMCSGInNw
        aWZmZTovL2JlcnRoLmV4YW1wbGUvdGVuYW50L2FjbWUwHQYDVR0OBBYEFEKJ6XtX/wx+eNI9elp/NUKEWuLLMAoGCCqGSM49BAMC
        A0gAMEUCICV9uh96RXv6mRoJfnHaEutqOzUZQJ1f2/SCj5iFtQTgAiEA4YvU/CWlKDoGmuSndAD9oNPnNr1hx7rcfYCDTGV85UU=
        """,
        // A subject of many parts and no identity.
        """
        MIIBqzCCAVKgAwIBAgIUOneYqFOVrNgsUz5kLgUoghKMzt4wCgYIKoZIzj0EAwIwLzELMAkGA1UEBhMCVVMxFDASBgNVBAoMC0Jl
        cnRoLCBJbmMuMQowCAYDVQQLDAFhMCAXDTI2MTIwMTA2MzUyNloYDzIxMjYxMTA3MDYzNTI2WjAvMQswCQYDVQQGEwJVUzEUMBIG
        A1UECgwLQmVydGgsIEluYy4xCjAIBgNVBAsMAWEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASQCAJZP2Q5Cke7/JpEtOmBHxOb
        1ooVnQm2WCsza2tMjNobExClg6UGNffjTp4OfkPUpQeCCeyP7QRwrWqJbFmgo0owSDAnBgNVHREEIDAegglhLmV4YW1wbGWHBH8A
        AAGBC2FAYi5leGFtcGxlMB0GA1UdDgQWBBRCiel7V/8MfnjSPXpafzVChFriyzAKBggqhkjOPQQDAgNHADBEAiA7EhhBez9t075o
        4LvkxT8nWGUEv1o2UYmaw/8lukbt5AIgd5477ApiVrmX0orf+f2xyqO0PRSkdZ5vR9vZ4sR5ZFk=
        """,
        // Two identities.
        """
        MIIBgTCCASagAwIBAgIULc+S+kiKjo5RpBvzDmmW2IIznE0wCgYIKoZIzj0EAwIwDjEMMAoGA1UEAwwDdHdvMCAXDTI2MTIwMTA2
        MzUyNloYDzIxMjYxMTA3MDYzNTI2WjAOMQwwCgYDVQQDDAN0d28wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASQCAJZP2Q5Cke7
        /JpEtOmBHxOb1ooVnQm2WCsza2tMjNobExClg6UGNffjTp4OfkPUpQeCCeyP7QRwrWqJbFmgo2AwXjA9BgNVHREENjA0hhhzcGlm
        ZmU6Ly9iZXJ0aC5leGFtcGxlL2GGGHNwaWZmZTovL2JlcnRoLmV4YW1wbGUvYjAdBgNVHQ4EFgQUQonpe1f/DH540j16Wn81QoRa
        4sswCgYIKoZIzj0EAwIDSQAwRgIhAN7DoxFiKjUcX0U0oKHUFNrFdpdLFkQCeVi1IiKfWetiAiEAwMFDrlHh38KJHbjSLAlamG5C
        L/96x5GwKr+t9ZydqFk=
        """,
        // An authority's own.
        """
        MIIBTzCB9qADAgECAhQThg5QhfeKcobSeDYGVoZatlFEpTAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJjYTAgFw0yNjEyMDEwNjM1
        MjZaGA8yMTI2MTEwNzA2MzUyNlowDTELMAkGA1UEAwwCY2EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASQCAJZP2Q5Cke7/JpE
        tOmBHxOb1ooVnQm2WCsza2tMjNobExClg6UGNffjTp4OfkPUpQeCCeyP7QRwrWqJbFmgozIwMDAPBgNVHRMBAf8EBTADAQH/MB0G
        A1UdDgQWBBRCiel7V/8MfnjSPXpafzVChFriyzAKBggqhkjOPQQDAgNIADBFAiEA5EgRZyiGtY6CILDOgo/N/7Jy2oT9sK6vp30f
        lCv3mbwCIFL0++haKbNZ+6uJz/Qel3FOzM15iOP609YU7RZiktrj
        """,
    ]
}
