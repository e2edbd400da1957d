package dev.weft.demo;

import java.io.IOException;
import java.util.List;

/** Where workloads run: namespaces of their own, or all on this machine's loopback. */
interface Place extends AutoCloseable {
    /** One line for the user. */
    String description();

    /** The address the control plane listens at, as workloads reach it. */
    String controlPlaneAddress();

    /** Makes room for one more workload and says at which address it is. */
    String add(String workload) throws IOException, InterruptedException;

    /** What a command is prefixed with to run where the workload is. */
    List<String> enter(String workload);

    /** Options of {@code weft run} here. */
    List<String> runOptions(String address);

    /** Port at which peers of a workload reach its sidecar, for an application that listens at 8080. */
    int inboundPort();

    /** Network interface on which the traffic of a workload can be watched; empty when there is none. */
    String wire(String workload);

    /** Gives up one workload's place. */
    void remove(String workload) throws InterruptedException;

    /** Gives up everything. */
    @Override
    void close() throws InterruptedException;
}
