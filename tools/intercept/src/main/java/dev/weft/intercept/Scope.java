package dev.weft.intercept;

import java.util.SortedSet;
import java.util.TreeSet;

/** What of a network namespace is redirected. Only the first form catches everything. */
public sealed interface Scope {
    /** All of it: the namespace is the workload's own. */
    record WholeNamespace() implements Scope {}

    /**
     * What one user sends, and what arrives at some ports: for a namespace shared with others, such as the host's.
     *
     * @param uid whose connections are redirected
     * @param inboundPorts the workload's ports
     */
    record User(int uid, SortedSet<Integer> inboundPorts) implements Scope {
        public User {
            inboundPorts = new TreeSet<>(inboundPorts);
            inboundPorts.forEach(Interception::checkPort);
        }
    }

    /**
     * What the processes of one control group (version 2) send, and what arrives at some ports.
     *
     * @param path below the root of the hierarchy, without a leading slash: {@code system.slice/orders.service}
     * @param inboundPorts the workload's ports
     */
    record ControlGroup(String path, SortedSet<Integer> inboundPorts) implements Scope {
        public ControlGroup {
            if (!path.matches("[A-Za-z0-9_.@:-]+(/[A-Za-z0-9_.@:-]+)*")) {
                throw new IllegalArgumentException("not a control group's path: '" + path + "'");
            }
            inboundPorts = new TreeSet<>(inboundPorts);
            inboundPorts.forEach(Interception::checkPort);
        }
    }
}
