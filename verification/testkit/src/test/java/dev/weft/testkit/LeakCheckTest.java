package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
    @Test
    void itIsFoundByJUnitItself() {
        assertThat(LeakCheck.isOn()).isTrue();
    }

    @Test
    void aLeakedBufferFailsAndIsToldOnce() {
        leak();
        assertThatThrownBy(LeakCheck::check)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 leaked")
                .hasMessageContaining("LeakCheckTest.leak");
        assertThatCode(LeakCheck::check).doesNotThrowAnyException();
    }

    private static void leak() {
        PooledByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
    }

    @Test
    void releasedBuffersAreNoLeak() {
        UnpooledByteBufAllocator.DEFAULT.buffer(16).release();
        PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        assertThatCode(LeakCheck::check).doesNotThrowAnyException();
    }
}
