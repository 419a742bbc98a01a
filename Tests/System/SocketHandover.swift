// Sockets handed to a daemon as a service manager does it, by perl, which every Debian has.

import Foundation

/// A socket to hand over.
struct HandedSocket {
    enum Kind: String {
        case unixStream, unixDatagram, unixNotListening, loopback, anywhere
    }

    let name: String
    let kind: Kind
    /// The path of a Unix socket.
    var path = ""
}

extension DaemonHome {
    /// Binds the sockets, and becomes the daemon with them as its descriptors from 3 on.
    private static let script = """
        use Socket; use POSIX (); $^F = 255;
        my @sockets = split /;/, shift; my @names; my @kept; my $number = 3;
        for (@sockets) {
            my ($name, $kind, $path) = split /,/;
            my $type = $kind eq "unixDatagram" ? SOCK_DGRAM : SOCK_STREAM;
            socket(my $socket, $kind =~ /^unix/ ? PF_UNIX : PF_INET, $type, 0) or die "socket: $!";
            my $address = $kind =~ /^unix/ ? pack_sockaddr_un($path)
                : pack_sockaddr_in(0, $kind eq "loopback" ? INADDR_LOOPBACK : INADDR_ANY);
            bind($socket, $address) or die "bind: $!";
            if ($type == SOCK_STREAM && $kind ne "unixNotListening") { listen($socket, 64) or die "listen: $!" }
            POSIX::dup2(fileno($socket), $number++) or die "dup2: $!";
            push @kept, $socket; push @names, $name;
        }
        @ENV{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} = ($$, scalar @sockets, join ":", @names);
        exec @ARGV or die "exec: $!";
        """

    /// Launches the daemon with sockets handed over.
    func launch(handing sockets: [HandedSocket], initialise: Bool = false) throws -> ChildProcess {
        let list = sockets.map { "\($0.name),\($0.kind),\($0.path)" }.joined(separator: ";")
        return try launch(initialise: initialise, by: ["/usr/bin/perl", "-e", Self.script, list])
    }
}
