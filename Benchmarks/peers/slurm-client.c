// Times slurmctld over its RPC, as a program linked to libslurm sees it; SLURM_CONF names the configuration.
//
//   reserve   make a reservation of whole nodes that begins in a day, and delete it; again and again
//   fill      make reservations of one node in the same window, which stay
//   list      print how many reservations there are
//   allocate  take GPUs or nodes from now on; the job stays, since ending one needs a slurmd on each node
//   test      ask whether and when it would run
//
// Every call is a connection of its own: libslurm has no other.

#include "samples.h"

#include <errno.h>
#include <pwd.h>
#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <unistd.h>

static char *reserve(int node_count) {
    resv_desc_msg_t wanted;
    uint32_t counts[2] = {(uint32_t)node_count, 0};
    slurm_init_resv_desc_msg(&wanted);
    wanted.start_time = time(NULL) + 86400;
    wanted.duration = 1440;  // minutes
    wanted.node_cnt = counts;
    wanted.partition = "all";
    wanted.users = getpwuid(getuid())->pw_name;
    char *name = slurm_create_reservation(&wanted);
    if (name == NULL) fail("a reservation of %d nodes: %s", node_count, slurm_strerror(errno));
    return name;
}

static void reserve_and_delete(int node_count) {
    int64_t began = steady_nanoseconds();
    reservation_name_msg_t made = {.name = reserve(node_count)};
    sample("create", began);
    began = steady_nanoseconds();
    if (slurm_delete_reservation(&made) != SLURM_SUCCESS) fail("deleting %s: %s", made.name, slurm_strerror(errno));
    sample("delete", began);
    free(made.name);
}

static void list(void) {
    reserve_info_msg_t *all = NULL;
    if (slurm_load_reservations(0, &all) != SLURM_SUCCESS) fail("listing: %s", slurm_strerror(errno));
    printf("%u\n", all->record_count);
    slurm_free_reservation_info_msg(all);
}

static job_desc_msg_t job(struct work work) {
    static char gpus[32], *variables[] = {"PATH=/bin", NULL};
    job_desc_msg_t wanted;
    slurm_init_job_desc_msg(&wanted);
    snprintf(gpus, sizeof gpus, "gres:gpu:%d", work.is_gpus ? work.number : 8);
    wanted.tres_per_node = gpus;
    wanted.min_nodes = wanted.max_nodes = wanted.num_tasks = work.is_gpus ? 1 : (uint32_t)work.number;
    if (!work.is_gpus) wanted.shared = JOB_SHARED_NONE;
    wanted.name = "peer";
    wanted.work_dir = "/";
    wanted.environment = variables;
    wanted.env_size = 1;
    wanted.user_id = getuid();
    wanted.group_id = getgid();
    wanted.time_limit = 600;  // minutes: over before any reservation begins
    wanted.immediate = 1;
    return wanted;
}

static void allocate(struct work work) {
    job_desc_msg_t wanted = job(work);
    resource_allocation_response_msg_t *granted = NULL;
    int64_t began = steady_nanoseconds();
    if (slurm_allocate_resources(&wanted, &granted) != SLURM_SUCCESS) fail("allocating: %s", slurm_strerror(errno));
    sample("create", began);
    if (granted->node_cnt == 0) fail("a job was queued, not granted");
    slurm_free_resource_allocation_response_msg(granted);
}

static void test(struct work work) {
    job_desc_msg_t wanted = job(work);
    will_run_response_msg_t *answer = NULL;  // not freed: its destructor is not exported
    int64_t began = steady_nanoseconds();
    if (slurm_job_will_run2(&wanted, &answer) != SLURM_SUCCESS) fail("testing: %s", slurm_strerror(errno));
    sample("create", began);
}

int main(int count, char **arguments) {
    struct work work = parse(count, arguments);
    slurm_init(NULL);
    for (int number = 0; number < work.count; number++) {
        switch (work.verb) {
        case RESERVE: reserve_and_delete(work.number); break;
        case FILL: free(reserve(1)); break;
        case LIST: list(); break;
        case ALLOCATE: allocate(work); break;
        case TEST: test(work); break;
        }
    }
    slurm_fini();
    return 0;
}
