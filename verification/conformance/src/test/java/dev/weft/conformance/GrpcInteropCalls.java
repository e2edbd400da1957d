package dev.weft.conformance;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.testing.integration.AbstractInteropTest;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The client of gRPC's interoperability suite: every case that needs neither TLS nor OAuth, each with a channel of its own. As a
 * program: {@code GrpcInteropCalls HOST:PORT}; prints a line for each case and {@code done}.
 */
public final class GrpcInteropCalls extends AbstractInteropTest {
    private final String target;

    private GrpcInteropCalls(String target) {
        this.target = target;
    }

    private interface Case {
        void run(GrpcInteropCalls calls) throws Exception;
    }

    /** By the names of the suite's description, and of the class where that has none. */
    static Map<String, Case> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("empty_unary", AbstractInteropTest::emptyUnary);
        cases.put("large_unary", AbstractInteropTest::largeUnary);
        cases.put("client_compressed_unary", calls -> calls.clientCompressedUnary(false));
        cases.put("server_compressed_unary", AbstractInteropTest::serverCompressedUnary);
        cases.put("client_streaming", AbstractInteropTest::clientStreaming);
        cases.put("server_streaming", AbstractInteropTest::serverStreaming);
        cases.put("server_compressed_streaming", AbstractInteropTest::serverCompressedStreaming);
        cases.put("ping_pong", AbstractInteropTest::pingPong);
        cases.put("empty_stream", AbstractInteropTest::emptyStream);
        cases.put("full_duplex", AbstractInteropTest::fullDuplexCallShouldSucceed);
        cases.put("half_duplex", AbstractInteropTest::halfDuplexCallShouldSucceed);
        cases.put("flow_controlled", AbstractInteropTest::serverStreamingShouldBeFlowControlled);
        cases.put("timeout_on_sleeping_server", AbstractInteropTest::timeoutOnSleepingServer);
        cases.put("deadline_exceeded", AbstractInteropTest::deadlineExceeded);
        cases.put("deadline_exceeded_streaming", AbstractInteropTest::deadlineExceededServerStreaming);
        cases.put("cancel_after_begin", AbstractInteropTest::cancelAfterBegin);
        cases.put("cancel_after_first_response", AbstractInteropTest::cancelAfterFirstResponse);
        cases.put("status_code_and_message", AbstractInteropTest::statusCodeAndMessage);
        cases.put("special_status_message", AbstractInteropTest::specialStatusMessage);
        cases.put("custom_metadata", AbstractInteropTest::customMetadata);
        cases.put("metadata_unary", AbstractInteropTest::exchangeMetadataUnaryCall);
        cases.put("metadata_streaming", AbstractInteropTest::exchangeMetadataStreamingCall);
        cases.put("unimplemented_method", AbstractInteropTest::unimplementedMethod);
        cases.put("unimplemented_service", AbstractInteropTest::unimplementedService);
        cases.put("graceful_shutdown", AbstractInteropTest::gracefulShutdown);
        return cases;
    }

    public static void main(String[] args) {
        cases().forEach((name, each) -> {
            GrpcInteropCalls calls = new GrpcInteropCalls(args[0]);
            calls.setUp();
            try {
                each.run(calls);
                System.out.println("ok " + name);
            } catch (Exception | AssertionError e) {
                System.out.println("FAILED " + name + ": " + e);
            } finally {
                calls.tearDown();
            }
        });
        System.out.println("done");
        System.exit(0); // the suite's own threads go on
    }

    @Override
    protected ManagedChannelBuilder<?> createChannelBuilder() {
        return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_MESSAGE_SIZE);
    }

    @Override
    protected boolean metricsExpected() {
        return false; // its server's statistics are in another process
    }
}
