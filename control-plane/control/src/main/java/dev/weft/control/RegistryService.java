package dev.weft.control;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.base.Address;
import dev.weft.base.Cidr;
import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.Workload;
import dev.weft.sources.Lease;
import dev.weft.sources.LeaseRegistry;
import dev.weft.xdsapi.RegistryGrpc;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registration of running instances: one stream per instance, whose end is the instance's end. An instance registers in the
 * namespace and with the service account of its certificate, nothing else.
 *
 * <p>A registration, and each renewal, may say whether the instance is ready ({@code ready}, a boolean; {@code reason}, for
 * the log). One that says nothing has not changed its mind; a registration that says nothing is ready.
 */
final class RegistryService extends RegistryGrpc.RegistryImplBase {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");

    private static final Struct OK = Struct.newBuilder()
            .putFields("ok", Value.newBuilder().setBoolValue(true).build())
            .putFields(
                    "ttlSeconds",
                    Value.newBuilder()
                            .setNumberValue(LeaseRegistry.TTL.toSeconds())
                            .build())
            .build();

    /** Runs something once what the registry has handed over is live on the proxies. */
    interface Settled {
        void afterwards(Runnable then);
    }

    private final LeaseRegistry leases;
    private final Settled settled;

    RegistryService(LeaseRegistry leases, Settled settled) {
        this.leases = leases;
        this.settled = settled;
    }

    @Override
    public StreamObserver<Struct> register(StreamObserver<Struct> out) {
        return new Stream(Peer.current(), (ServerCallStreamObserver<Struct>) out);
    }

    /** One instance. gRPC calls one method at a time. */
    private final class Stream implements StreamObserver<Struct> {
        private final Peer peer;
        private final ServerCallStreamObserver<Struct> out;
        private LeaseRegistry.@Nullable Session session;
        private String name = "";
        private boolean over;

        Stream(Peer peer, ServerCallStreamObserver<Struct> out) {
            this.peer = peer;
            this.out = out;
            out.setOnCancelHandler(this::lost);
        }

        @Override
        public void onNext(Struct message) {
            if (over) {
                return;
            }
            LeaseRegistry.Session mine = session;
            if (mine == null) {
                begin(message);
            } else if (Structs.isTrue(message, "leave")) {
                over = true;
                mine.leave();
                // The end of the stream tells the instance that nobody sends it new requests.
                settled.afterwards(() -> {
                    try {
                        out.onCompleted();
                    } catch (IllegalStateException e) {
                        LOG.log(System.Logger.Level.DEBUG, "instance did not wait for its goodbye");
                    }
                });
            } else if (Structs.isTrue(message, "renew")) {
                if (!mine.isCurrent()) {
                    fail(Status.ABORTED.withDescription("the lease is held by another stream, or ran out"));
                    return;
                }
                mine.renew();
                ready(message, mine);
                out.onNext(OK);
            } else {
                fail(Status.INVALID_ARGUMENT.withDescription("neither renew nor leave"));
            }
        }

        private void begin(Struct message) {
            SpiffeId identity = peer.identity();
            if (identity == null || identity.namespace() == null || identity.serviceAccount() == null) {
                fail(Status.UNAUTHENTICATED.withDescription("a workload certificate is needed"));
                return;
            }
            try {
                Lease lease = lease(message, identity);
                session = leases.register(lease);
                name = lease.namespace() + "/" + lease.name();
                out.onNext(OK);
            } catch (IllegalArgumentException e) {
                fail(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
            } catch (LeaseRegistry.RefusedException e) {
                LOG.log(System.Logger.Level.WARNING, "registration of {0} refused: {1}", peer, e.getMessage());
                fail(Status.PERMISSION_DENIED.withDescription(e.getMessage()));
            }
        }

        private void ready(Struct message, LeaseRegistry.Session mine) {
            if (!message.containsFields("ready")) {
                return;
            }
            boolean ready = Structs.isTrue(message, "ready");
            if (mine.ready(ready)) {
                LOG.log(
                        ready ? System.Logger.Level.INFO : System.Logger.Level.WARNING,
                        "instance {0} of {1} is {2}: {3}",
                        name,
                        peer,
                        ready ? "ready again" : "not ready",
                        Structs.text(message, "reason").replaceAll("\\p{Cntrl}", "?"));
            }
        }

        private void fail(Status status) {
            lost();
            try {
                out.onError(status.asRuntimeException());
            } catch (IllegalStateException e) {
                LOG.log(System.Logger.Level.DEBUG, "stream was cancelled");
            }
        }

        private void lost() {
            over = true;
            LeaseRegistry.Session mine = session;
            if (mine != null) {
                mine.closed(); // means nothing after a goodbye
            }
        }

        @Override
        public void onError(Throwable problem) {
            lost();
        }

        @Override
        public void onCompleted() {
            if (over) {
                return; // half-closed after its goodbye: the end follows
            }
            lost();
            out.onCompleted();
        }
    }

    private static Lease lease(Struct m, SpiffeId identity) {
        String namespace = Structs.text(m, "namespace");
        String account = Structs.text(m, "serviceAccount");
        if (!namespace.equals(identity.namespace()) || !account.equals(identity.serviceAccount())) {
            throw new IllegalArgumentException("an instance of " + identity + " cannot register in namespace '"
                    + namespace + "' with service account '" + account + "'");
        }
        String name = name(Structs.text(m, "name"), "name");
        String service = Structs.text(m, "service");
        String address = Structs.text(m, "address");
        byte[] literal = Cidr.literal(address);
        if (literal == null) {
            throw new IllegalArgumentException("address is not an IP address: '" + address + "'");
        }
        return new Lease(
                namespace,
                name,
                service.isEmpty() ? null : name(service, "service"),
                account,
                identity,
                address,
                ports(m),
                labels(m),
                tls(Structs.text(m, "tls")),
                Structs.text(m, "locality"),
                admin(Structs.text(m, "proxyAdmin"), address),
                Structs.text(m, "uid"),
                !m.containsFields("ready") || Structs.isTrue(m, "ready"));
    }

    /** A sidecar that says nothing, or something newer than we are, speaks mutual TLS. */
    private static Workload.Tls tls(String text) {
        return switch (text) {
            case "plaintext" -> Workload.Tls.PLAINTEXT;
            case "multiplexed" -> Workload.Tls.MULTIPLEXED;
            default -> Workload.Tls.MUTUAL;
        };
    }

    private static List<Workload.Port> ports(Struct m) {
        List<Workload.Port> ports = new ArrayList<>();
        Value list = m.getFieldsMap().get("ports");
        if (list != null) {
            for (Value item : list.getListValue().getValuesList()) {
                Struct port = item.getStructValue();
                int number = Structs.port(port, "port");
                if (number < 0) {
                    throw new IllegalArgumentException("ports[" + ports.size() + "].port must be 1 to 65535");
                }
                int inbound = Structs.port(port, "inboundPort");
                ports.add(new Workload.Port(Structs.text(port, "name"), number, inbound < 0 ? number : inbound));
            }
        }
        if (ports.size() > 64) {
            throw new IllegalArgumentException("more than 64 ports");
        }
        return ports;
    }

    private static Map<String, String> labels(Struct m) {
        Map<String, String> labels = Structs.texts(m, "labels");
        if (labels.size() > 64) {
            throw new IllegalArgumentException("more than 64 labels");
        }
        labels.forEach((key, value) -> {
            if (key.length() > 253 || value.length() > 253) {
                throw new IllegalArgumentException("label '" + key + "' is too long");
            }
        });
        return labels;
    }

    /** We will connect to it: only at the instance's own address. */
    private static String admin(String admin, String address) {
        if (admin.isEmpty()) {
            return "";
        }
        Address at = Address.parse(admin);
        if (!at.host().equals(address)) {
            throw new IllegalArgumentException("proxyAdmin must be at the instance's address " + address);
        }
        return at.toString();
    }

    private static String name(String text, String field) {
        if (!text.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    field + " is not a DNS name in lower case: '" + text.replaceAll("\\p{Cntrl}", "?") + "'");
        }
        return text;
    }
}
