package datagen_test

const orderRows = `
(42033, "Grüße", FR, 47106.25, 1711945608240, 114, false, 462460413, SKU-639879, c-800021)
(77205, gift, DE, 30597.73, 1704043405585, 91, true, 442557831, SKU-007967, c-969128)
(38165, null, NL, 83727.77, 1725421473628, 4, true, 943129520, SKU-093264, c-217315)
`

const userRows = `
(0, txgaul2rw, FR, 1976-11-03, 2021-08-04T18:01:36.880Z, bpvezkrwdlrdrbji2za)
(1, g27acmta7fe, DE, 1967-06-10, 2020-07-15T21:55:56.814Z, 4bavl7ftqy4bq75h)
(2, qk37ps2cs3w, NL, 1997-09-12, 2023-05-23T00:37:06.157Z, oxbp46z4362p423kzd43k)
`

const metricRows = `
(host-420, net.in, 246.889, 2024-01-01T00:00:00.000Z)
(host-772, mem.free, 33.754, 2024-01-01T00:00:00.010Z)
(host-381, net.out, 773.398, 2024-01-01T00:00:00.020Z)
`
