package dev.weft.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Names a test gives addresses to, in the order of the answer; any other name is unknown. */
final class FakeResolver implements DnsRefresher.Resolver {
    private final Map<String, InetAddress[]> names = new ConcurrentHashMap<>();
    final AtomicInteger asked = new AtomicInteger();

    void answer(String name, String... addresses) throws UnknownHostException {
        InetAddress[] found = new InetAddress[addresses.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByName(addresses[i]);
        }
        names.put(name, found);
    }

    void forget(String name) {
        names.remove(name);
    }

    @Override
    public InetAddress[] resolve(String name) throws UnknownHostException {
        asked.incrementAndGet();
        InetAddress[] found = names.get(name);
        if (found == null) {
            throw new UnknownHostException(name);
        }
        return found;
    }
}
