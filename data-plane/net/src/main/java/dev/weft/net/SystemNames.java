package dev.weft.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;

/**
 * The process's own resolver: hosts file, then name servers, asked anew each time. Names are resolved again at the rate a
 * cluster says; the JDK would keep what it heard for 30 s, and failures for 10 s.
 */
public final class SystemNames {
    static {
        // Here, as the first such call costs a process 70 ms: the JDK looks through all jars for a logger to report it
        // to.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    private SystemNames() {}

    /** All addresses of a name; blocks for as long as name servers please. */
    public static InetAddress[] resolve(String name) throws UnknownHostException {
        return InetAddress.getAllByName(name);
    }
}
