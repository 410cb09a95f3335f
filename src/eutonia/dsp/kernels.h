/* Included by kernels.c once for each precision. Each function returns whether memory ran out. */
#define LANES (VECTOR_BYTES / (int)sizeof(REAL))
#define lanes NAME(lanes)
#define pair NAME(pair)
#define bits NAME(bits)

typedef REAL lanes __attribute__((vector_size(VECTOR_BYTES)));
typedef WORD bits __attribute__((vector_size(VECTOR_BYTES)));
typedef struct { lanes re, im; } pair; /* in each lane two neighbouring samples, or a complex number */

/* ---- Second-order sections, forwards and backwards ---- */

/* Run n samples through k <= 4 sections in place. c: b0 b1 b2 a1 a2; z: what they remember. */
static inline void NAME(few)(const REAL (*c)[5], lanes (*z)[2], lanes *x, size_t n, const int k)
{
    lanes s[4][2]; /* stays in registers, because k is known where this is called */
    memcpy(s, z, sizeof(lanes) * 2 * k);
    for (size_t t = 0; t < n; t++) {
        lanes v = x[t];
        for (int i = 0; i < k; i++) {
            lanes y = c[i][0] * v + s[i][0];
            s[i][0] = c[i][1] * v + s[i][1] - c[i][3] * y;
            s[i][1] = c[i][2] * v - c[i][4] * y;
            v = y;
        }
        x[t] = v;
    }
    memcpy(z, s, sizeof(lanes) * 2 * k);
}

static void NAME(sections)(const REAL (*c)[5], lanes (*z)[2], lanes *x, size_t n, int k)
{
    for (; k >= 4; k -= 4, c += 4, z += 4) NAME(few)(c, z, x, n, 4);
    if (k == 3) NAME(few)(c, z, x, n, 3);
    if (k == 2) NAME(few)(c, z, x, n, 2);
    if (k == 1) NAME(few)(c, z, x, n, 1);
}

/* Let the sections remember an endless past of one value. rest: what they remember of 1. */
static void NAME(settle)(const REAL (*rest)[2], lanes (*z)[2], int k, const lanes *value)
{
    for (int i = 0; i < k; i++)
        for (int j = 0; j < 2; j++) z[i][j] = rest[i][j] * *value;
}

/* Filter rows of n samples, each end lengthened by `pad` samples turned about its last. */
int NAME(both_ways)(const REAL (*c)[5], const REAL (*rest)[2], int k, const REAL *x, REAL *out,
                    size_t n_rows, size_t n, size_t pad)
{
    lanes *edge = room(pad + 1), (*z)[2] = room(2 * k), tile[TILE];
    int failed = !edge || !z;
    for (size_t r = 0; !failed && r < n_rows; r += LANES) {
        const REAL *row[LANES];
        REAL *to[LANES];
        size_t some = n_rows - r < LANES ? n_rows - r : LANES;
        for (size_t l = 0; l < LANES; l++) { /* lanes without a row repeat the first */
            row[l] = x + (r + (l < some ? l : 0)) * n;
            to[l] = out + (r + (l < some ? l : 0)) * n;
        }
        for (size_t t = 0; t <= pad; t++)
            for (int l = 0; l < LANES; l++) edge[t][l] = 2 * row[l][0] - row[l][pad - t];
        NAME(settle)(rest, z, k, edge);
        NAME(sections)(c, z, edge, pad, k);
        for (size_t t = 0; t < n; t += TILE) {
            size_t len = n - t < TILE ? n - t : TILE;
            for (size_t i = 0; i < len; i++)
                for (int l = 0; l < LANES; l++) tile[i][l] = row[l][t + i];
            NAME(sections)(c, z, tile, len, k);
            for (size_t l = 0; l < some; l++)
                for (size_t i = 0; i < len; i++) to[l][t + i] = tile[i][l];
        }
        for (size_t t = 0; t < pad; t++) /* what follows the end, and then from there back */
            for (int l = 0; l < LANES; l++) edge[t][l] = 2 * row[l][n - 1] - row[l][n - 2 - t];
        NAME(sections)(c, z, edge, pad, k);
        if (!pad)
            for (int l = 0; l < LANES; l++) edge[0][l] = to[l][n - 1];
        for (size_t t = 0; t < pad / 2; t++) {
            lanes other = edge[t];
            edge[t] = edge[pad - 1 - t];
            edge[pad - 1 - t] = other;
        }
        NAME(settle)(rest, z, k, edge);
        NAME(sections)(c, z, edge, pad, k);
        for (size_t end = n, len; end > 0; end -= len) {
            len = end < TILE ? end : TILE;
            for (size_t i = 0; i < len; i++)
                for (int l = 0; l < LANES; l++) tile[i][l] = to[l][end - 1 - i];
            NAME(sections)(c, z, tile, len, k);
            for (size_t l = 0; l < some; l++)
                for (size_t i = 0; i < len; i++) to[l][end - 1 - i] = tile[i][l];
        }
    }
    free(edge);
    free(z);
    return failed;
}

/* ---- Fourier transforms of segments ---- */

static inline pair NAME(add)(pair a, pair b) { return (pair){a.re + b.re, a.im + b.im}; }
static inline pair NAME(sub)(pair a, pair b) { return (pair){a.re - b.re, a.im - b.im}; }
static inline pair NAME(quarter)(pair a) { return (pair){a.im, -a.re}; } /* times -i */
static inline pair NAME(times)(pair a, const REAL *w)
{
    return (pair){a.re * w[0] - a.im * w[1], a.re * w[1] + a.im * w[0]};
}
#define add NAME(add)
#define sub NAME(sub)
#define quarter NAME(quarter)
#define times NAME(times)

/* Join r transforms of m points each, one after the other in x, into one of r m points. */
static void NAME(join)(pair *x, size_t m, int r, const REAL (*turns)[2], size_t s)
{
    if (r == 2)
        for (size_t k = 0; k < m; k++) {
            pair a = x[k], b = times(x[k + m], turns[k * s]);
            x[k] = add(a, b);
            x[k + m] = sub(a, b);
        }
    else if (r == 3)
        for (size_t k = 0; k < m; k++) {
            const REAL sin60 = (REAL)0.86602540378443864676;
            pair a = x[k], b = times(x[k + m], turns[k * s]);
            pair c = times(x[k + 2 * m], turns[2 * k * s]);
            pair sum = add(b, c), across = quarter(sub(b, c));
            pair mid = {a.re - (REAL)0.5 * sum.re, a.im - (REAL)0.5 * sum.im};
            across = (pair){sin60 * across.re, sin60 * across.im};
            x[k] = add(a, sum);
            x[k + m] = add(mid, across);
            x[k + 2 * m] = sub(mid, across);
        }
    else if (r == 4)
        for (size_t k = 0; k < m; k++) {
            pair a = x[k], b = times(x[k + m], turns[k * s]);
            pair c = times(x[k + 2 * m], turns[2 * k * s]), d = times(x[k + 3 * m], turns[3 * k * s]);
            pair even = add(a, c), odd = sub(a, c), sum = add(b, d), across = quarter(sub(b, d));
            x[k] = add(even, sum);
            x[k + m] = add(odd, across);
            x[k + 2 * m] = sub(even, sum);
            x[k + 3 * m] = sub(odd, across);
        }
    else
        for (size_t k = 0; k < m; k++) { /* r == 5 */
            const REAL c1 = (REAL)0.30901699437494742410, s1 = (REAL)0.95105651629515357212;
            const REAL c2 = (REAL)-0.80901699437494742410, s2 = (REAL)0.58778525229247312917;
            pair a = x[k], b = times(x[k + m], turns[k * s]), c = times(x[k + 2 * m], turns[2 * k * s]);
            pair d = times(x[k + 3 * m], turns[3 * k * s]), e = times(x[k + 4 * m], turns[4 * k * s]);
            pair p = add(b, e), q = add(c, d), u = quarter(sub(b, e)), v = quarter(sub(c, d));
            pair one = {a.re + c1 * p.re + c2 * q.re, a.im + c1 * p.im + c2 * q.im};
            pair two = {a.re + c2 * p.re + c1 * q.re, a.im + c2 * p.im + c1 * q.im};
            pair across = {s1 * u.re + s2 * v.re, s1 * u.im + s2 * v.im};
            pair athwart = {s2 * u.re - s1 * v.re, s2 * u.im - s1 * v.im};
            x[k] = add(a, add(p, q));
            x[k + m] = add(one, across);
            x[k + 2 * m] = add(two, athwart);
            x[k + 3 * m] = sub(two, athwart);
            x[k + 4 * m] = sub(one, across);
        }
}

typedef struct {
    size_t length;          /* samples in a segment, an even number */
    const int *radix;       /* factors of half of it: 2, 3, 4 or 5 */
    const REAL (*turns)[2]; /* exp(-2 pi i k / length) */
} NAME(plan);

/* Transform n tapered pairs of samples that lie s pairs apart, less the mean. */
static void NAME(fourier)(pair *out, const pair *in, const REAL *taper, const lanes *mean, size_t n,
                          const int *radix, const NAME(plan) *plan)
{
    int r = *radix;
    size_t m = n / r, s = plan->length / 2 / n;
    for (int j = 0; j < r; j++)
        if (m == 1) {
            out[j].re = (in[j * s].re - *mean) * taper[2 * j * s];
            out[j].im = (in[j * s].im - *mean) * taper[2 * j * s + 1];
        } else
            NAME(fourier)(out + j * m, in + j * s, taper + 2 * j * s, mean, m, radix + 1, plan);
    NAME(join)(out, m, r, plan->turns, 2 * s);
}

/* Load one segment into each lane, neighbouring samples as pairs; return their means. */
static lanes NAME(load)(pair *in, const REAL *const *from, size_t n)
{
    lanes mean = {0};
    for (size_t t = 0; t < n / 2; t++) {
        for (int l = 0; l < LANES; l++) {
            in[t].re[l] = from[l][2 * t];
            in[t].im[l] = from[l][2 * t + 1];
        }
        mean += in[t].re + in[t].im;
    }
    return mean / (REAL)n;
}

/* Return bin k of the segments from the transform z of their pairs, 0 <= k <= length / 2. */
static inline pair NAME(bin)(const pair *z, size_t k, const NAME(plan) *plan)
{
    size_t half = plan->length / 2;
    pair a = z[k < half ? k : 0], b = z[k ? half - k : 0];
    pair even = {(REAL)0.5 * (a.re + b.re), (REAL)0.5 * (a.im - b.im)};
    pair odd = {(REAL)0.5 * (a.im + b.im), (REAL)0.5 * (b.re - a.re)};
    return add(even, times(odd, plan->turns[k]));
}

/* Add the power of tapered segments, summed over tapers: LANES units at a time, a unit in a lane.
   The segments of unit u begin at x[begin[i]], i from unit[u] to unit[u + 1]; their powers are
   added to row slot[u]. */
int NAME(add_powers)(const REAL *x, const size_t *begin, const size_t *unit, const size_t *slot,
                     size_t n_units, const REAL *tapers, size_t n_tapers, size_t n,
                     const int *radix, const REAL (*turns)[2], REAL *power)
{
    const NAME(plan) plan = {n, radix, turns};
    size_t n_bins = n / 2 + 1;
    pair *in = room(n), *z = room(n);
    lanes *sum = room(n_bins);
    REAL *zeros = room(n / LANES);
    int failed = !in || !z || !sum || !zeros;
    if (!failed) memset(zeros, 0, sizeof(REAL) * n);
    for (size_t u = 0; !failed && u < n_units; u += LANES) {
        size_t some = n_units - u < LANES ? n_units - u : LANES, most = 0;
        for (size_t l = 0; l < some; l++) {
            size_t count = unit[u + l + 1] - unit[u + l];
            most = count > most ? count : most;
        }
        memset(sum, 0, sizeof(lanes) * n_bins);
        for (size_t j = 0; j < most; j++) {
            const REAL *from[LANES];
            for (size_t l = 0; l < LANES; l++)
                from[l] = l < some && unit[u + l] + j < unit[u + l + 1]
                    ? x + begin[unit[u + l] + j] : zeros;
            lanes mean = NAME(load)(in, from, n);
            for (size_t i = 0; i < n_tapers; i++) {
                NAME(fourier)(z, in, tapers + i * n, &mean, n / 2, radix, &plan);
                for (size_t k = 0; k < n_bins; k++) {
                    pair v = NAME(bin)(z, k, &plan);
                    sum[k] += v.re * v.re + v.im * v.im;
                }
            }
        }
        for (size_t l = 0; l < some; l++)
            for (size_t k = 0; k < n_bins; k++) power[slot[u + l] * n_bins + k] += sum[k][l];
    }
    free(in);
    free(z);
    free(sum);
    free(zeros);
    return failed;
}

/* Transform tapered segments of one row at some bins: out[taper][bin][segment][re, im]. */
int NAME(transforms)(const REAL *x, const size_t *begin, size_t n_segments, const REAL *tapers,
                     size_t n_tapers, size_t n, const int *radix, const REAL (*turns)[2],
                     const size_t *bins, size_t n_bins, REAL (*out)[2])
{
    const NAME(plan) plan = {n, radix, turns};
    pair *in = room(n), *z = room(n);
    int failed = !in || !z;
    for (size_t g = 0; !failed && g < n_segments; g += LANES) {
        size_t some = n_segments - g < LANES ? n_segments - g : LANES;
        const REAL *from[LANES];
        for (size_t l = 0; l < LANES; l++) from[l] = x + begin[l < some ? g + l : g];
        lanes mean = NAME(load)(in, from, n);
        for (size_t i = 0; i < n_tapers; i++) {
            NAME(fourier)(z, in, tapers + i * n, &mean, n / 2, radix, &plan);
            for (size_t k = 0; k < n_bins; k++) {
                REAL (*to)[2] = out + (i * n_bins + k) * n_segments + g;
                pair v = NAME(bin)(z, bins[k], &plan);
                for (size_t l = 0; l < some; l++) {
                    to[l][0] = v.re[l];
                    to[l][1] = v.im[l];
                }
            }
        }
    }
    free(in);
    free(z);
    return failed;
}

/* ---- Pairs of channels ---- */

/* What two rows i, and one row j, add to the sums of pairs over a block of segments. */
static void NAME(block)(const REAL *re, const REAL *im, const size_t *i, size_t j, size_t n_tapers,
                        size_t n, size_t n_channels, REAL (*cross)[2], REAL *lagged)
{
    lanes along[2] = {{0}}, across[2] = {{0}}, size[2] = {{0}};
    for (size_t t = 0; t < n; t += LANES) {
        lanes im_part[2] = {{0}};
        for (size_t k = 0; k < n_tapers; k++) {
            size_t at = (j * n_tapers + k) * n + t;
            lanes a = *(const lanes *)(re + at), b = *(const lanes *)(im + at);
            for (int q = 0; q < 2; q++) {
                at = (i[q] * n_tapers + k) * n + t;
                lanes c = *(const lanes *)(re + at), d = *(const lanes *)(im + at);
                along[q] += c * a + d * b;
                im_part[q] += d * a - c * b;
            }
        }
        for (int q = 0; q < 2; q++) {
            across[q] += im_part[q];
            size[q] += (lanes)((bits)im_part[q] & ((bits){0} + (~(WORD)0 >> 1))); /* no sign */
        }
    }
    for (int q = 0; q < 1 + (i[1] != i[0]); q++)
        for (int l = 0; l < LANES; l++) {
            cross[i[q] * n_channels + j][0] += along[q][l];
            cross[i[q] * n_channels + j][1] += across[q][l];
            lagged[i[q] * n_channels + j] += size[q][l];
        }
}

/* Sum X_i X_j* and |Im X_i X_j*| of one bin over segments, tapers summed before |.|.
   x: [channel][taper][segment][re, im]; channels and tapers lie so many numbers apart. */
int NAME(pairs)(const REAL *x, size_t next_channel, size_t next_taper, size_t n_channels,
                size_t n_tapers, size_t n_segments, REAL (*cross)[2], REAL *lagged)
{
    size_t rows = n_channels * n_tapers, most = BLOCK_BYTES / (2 * sizeof(REAL) * rows + 1);
    size_t at_once = most / LANES < 4 ? 4 * LANES : most / LANES * LANES;
    REAL *re = room(rows * at_once / LANES), *im = room(rows * at_once / LANES);
    int failed = !re || !im;
    memset(cross, 0, sizeof(REAL) * 2 * n_channels * n_channels);
    memset(lagged, 0, sizeof(REAL) * n_channels * n_channels);
    for (size_t g = 0; !failed && g < n_segments; g += at_once) {
        size_t some = n_segments - g < at_once ? n_segments - g : at_once;
        size_t n = (some + LANES - 1) / LANES * LANES;
        for (size_t row = 0; row < rows; row++) {
            const REAL *from = x + row / n_tapers * next_channel + row % n_tapers * next_taper + 2 * g;
            for (size_t t = 0; t < n; t++) {
                re[row * n + t] = t < some ? from[2 * t] : 0;
                im[row * n + t] = t < some ? from[2 * t + 1] : 0;
            }
        }
        for (size_t i = 0; i < n_channels; i += 2) {
            size_t two[2] = {i, i + 1 < n_channels ? i + 1 : i};
            for (size_t j = 0; j <= two[1]; j++)
                NAME(block)(re, im, two, j, n_tapers, n, n_channels, cross, lagged);
        }
    }
    for (size_t i = 0; i < n_channels; i++)
        for (size_t j = 0; j < i; j++) {
            cross[j * n_channels + i][0] = cross[i * n_channels + j][0];
            cross[j * n_channels + i][1] = -cross[i * n_channels + j][1];
            lagged[j * n_channels + i] = lagged[i * n_channels + j];
        }
    free(re);
    free(im);
    return failed;
}
#undef add
#undef sub
#undef quarter
#undef times
#undef LANES
#undef lanes
#undef pair
#undef bits
