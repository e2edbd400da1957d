package dev.weft.control;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.xdsapi.RegistryGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An instance's registration stream. */
final class Registration implements StreamObserver<Struct> {
    private final StreamObserver<Struct> out;
    final BlockingQueue<Struct> answers = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();

    Registration(Channel channel) {
        out = RegistryGrpc.newStub(channel).register(this);
    }

    void register(String name, String namespace, String service, String account, String address, int port) {
        out.onNext(Struct.newBuilder()
                .putFields("name", text(name))
                .putFields("namespace", text(namespace))
                .putFields("service", text(service))
                .putFields("serviceAccount", text(account))
                .putFields("address", text(address))
                .putFields("tls", text("istio"))
                .putFields("proxyAdmin", text(address + ":15020"))
                .putFields("uid", text("u-1"))
                .putFields(
                        "ports",
                        Value.newBuilder()
                                .setListValue(ListValue.newBuilder()
                                        .addValues(Value.newBuilder()
                                                .setStructValue(Struct.newBuilder()
                                                        .putFields(
                                                                "port",
                                                                Value.newBuilder()
                                                                        .setNumberValue(port)
                                                                        .build()))))
                                .build())
                .build());
    }

    void say(String word) {
        out.onNext(Struct.newBuilder()
                .putFields(word, Value.newBuilder().setBoolValue(true).build())
                .build());
    }

    /** A renewal that says whether the instance is ready. */
    void ready(boolean ready, String reason) {
        out.onNext(Struct.newBuilder()
                .putFields("renew", Value.newBuilder().setBoolValue(true).build())
                .putFields("ready", Value.newBuilder().setBoolValue(ready).build())
                .putFields("reason", text(reason))
                .build());
    }

    /** The confirmation of a registration. */
    void awaitOk() throws InterruptedException {
        Struct answer = answers.poll(10, TimeUnit.SECONDS);
        if (answer == null || !answer.getFieldsOrThrow("ok").getBoolValue()) {
            throw new AssertionError("not registered: " + end.getNow(null));
        }
    }

    void cancel() {
        out.onError(Status.CANCELLED.asRuntimeException());
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    @Override
    public void onNext(Struct answer) {
        answers.add(answer);
    }

    @Override
    public void onError(Throwable problem) {
        end.complete(Status.fromThrowable(problem));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
