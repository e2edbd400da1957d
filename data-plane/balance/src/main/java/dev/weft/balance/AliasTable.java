package dev.weft.balance;

/** Draws an index in proportion to its weight with two random numbers (Walker's alias method, Vose's construction). */
final class AliasTable {
    /** Resolution of the coin. */
    static final int SCALE = 1 << 30;

    private final int[] threshold; // of SCALE: below it the column itself, else its alias
    private final int[] alias;

    /** @param weights none negative, at least one positive */
    AliasTable(double[] weights) {
        int n = weights.length;
        threshold = new int[n];
        alias = new int[n];
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double[] scaled = new double[n];
        int[] small = new int[n];
        int[] large = new int[n];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < n; i++) {
            scaled[i] = weights[i] * n / total;
            if (scaled[i] < 1) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        while (smalls > 0 && larges > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            threshold[less] = (int) (scaled[less] * SCALE);
            alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1) {
                larges--;
                small[smalls++] = more;
            }
        }
        while (larges > 0) {
            fill(large[--larges]);
        }
        while (smalls > 0) { // by rounding only
            fill(small[--smalls]);
        }
    }

    private void fill(int i) {
        threshold[i] = SCALE;
        alias[i] = i;
    }

    /** @param column uniform in [0, n) @param coin uniform in [0, SCALE) */
    int pick(int column, int coin) {
        return coin < threshold[column] ? column : alias[column];
    }
}
