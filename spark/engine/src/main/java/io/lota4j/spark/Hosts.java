package io.lota4j.spark;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// What processes are called in messages.
final class Hosts {
    private Hosts() {}

    /// The name of this host, and the number of the process there.
    static String own() {
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unknown) {
            name = "a host without a name";
        }
        return name + ", process " + ProcessHandle.current().pid();
    }
}
