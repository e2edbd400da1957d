package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.SpiffeId;
import dev.weft.base.TrustDomain;
import dev.weft.xdsclient.GrpcStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class FinalRefusalTest {
    private static final SpiffeId WANTED = new TrustDomain("td").workload("other", "orders");
    private static final SpiffeId HOST = new SpiffeId(new TrustDomain("td"), "/host/vm-1");

    @Test
    void itNamesWhatWasAskedForAndByWhom() {
        assertThat(why(GrpcStatus.PERMISSION_DENIED))
                .isEqualTo("was refused the identity spiffe://td/ns/other/sa/orders: the token spiffe://td/host/vm-1"
                        + " joined with does not cover other/orders (PERMISSION_DENIED: no)");
        assertThat(why(GrpcStatus.UNAUTHENTICATED))
                .startsWith("was refused the identity ")
                .contains("does not take the credential of spiffe://td/host/vm-1, join again");
    }

    @Test
    void whatMayPassIsNotFinal() {
        for (int code : List.of(
                GrpcStatus.UNAVAILABLE,
                GrpcStatus.DEADLINE_EXCEEDED,
                GrpcStatus.RESOURCE_EXHAUSTED,
                GrpcStatus.INTERNAL,
                GrpcStatus.UNIMPLEMENTED)) {
            assertThat(why(code)).isNull();
        }
    }

    private static String why(int code) {
        return MeshIdentity.finalRefusal(new GrpcStatus(code, "no"), WANTED, HOST);
    }
}
