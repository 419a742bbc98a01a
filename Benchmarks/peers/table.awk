# The body of the table of bench-peers. Reads the rows in order, the facts `SIDE ROW TEXT`, and the samples
# `SIDE ROW VERB MICROSECONDS` sorted by the last; fields are parted by tabs.

function milliseconds(micros) { return sprintf(micros < 10000 ? "%.2f" : "%.1f", micros / 1000) }

function cell(side, row, verb,    key, n) {
    key = side FS row FS verb
    n = count[key]
    if (n == 0) return (side, row) in text ? text[side, row] : "–"
    return milliseconds(sample[key, int(n / 2)]) " / " milliseconds(sample[key, int(n * 0.99)]) " ms (" n ")"
}

function show(name, row, verb, differs) {
    print "| " name " | " cell("slurm", row, verb) " | " cell("berth", row, verb) " | " differs " |"
}

FNR == 1 { file++ }
file == 1 { if (!seen[$0]++) order[++rows] = $0; next }
file == 2 { text[$1, $2] = $3; next }
{ key = $1 FS $2 FS $3; sample[key, count[key]++] = $4 }

END {
    reserved = "Slurm: whole nodes (or cores), never GPUs; in memory at the answer, saved about every 5 s; a TCP " \
        "connection and two munge credentials each call. Berth: every power budget over the window, and the audit; " \
        "on disk before the answer; one connection"
    allocated = "Slurm: cores and GPUs of a job, which is not saved at the answer. Berth: as for reservations"
    for (place = 1; place <= rows; place++) {
        row = order[place]
        if (row ~ /^reservation/) {
            show("create a " row, row, "create", reserved)
            show("delete it", row, "delete", "as above")
            reserved = "as above"
        } else if (row ~ /^allocate/) {
            show(row, row, "create", allocated)
            allocated = "as above"
        } else if (row ~ /^test/) {
            show(row, row, "create", "Slurm: whether and when it would run. Berth: a dry run; answers with the plan")
        } else if (row ~ /^start/) {
            show(row, row, "", "Slurm: reads its configuration. Berth: reads the fleet and makes a new book")
        } else {
            show(row, row, "", "")
        }
    }
}
