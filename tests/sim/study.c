/* Replicates and their scores: see the header. */
#include "study.h"

#include <math.h>
#include <string.h>

const char *const estimator_names[ESTIMATORS] = {
	"observed", "weighted", "stratified", "unseen-absent", "adjusted"
};

static void
score(struct score *score, double estimate, double truth)
{
	double error = estimate - truth;

	score->given++;
	score->error += error;
	score->square += error * error;
}

static void
score_interval(struct interval_score *score, struct sw_interval interval,
    double truth)
{
	score->given++;
	score->holds += interval.low <= truth && truth <= interval.high;
	score->width += interval.high - interval.low;
}

static double
stratified(const struct figures *figures, const struct truth *truth)
{
	double present = 0, domains = 0;

	for (unsigned i = 1; i < ROWS; i++) {
		const struct row *row = &figures->rows[i];

		if (row->known == 0)
			continue;
		present += (double)truth->domains[i] * (double)row->present /
		    (double)row->known;
		domains += (double)truth->domains[i];
	}
	return domains > 0 ? present / domains : 0;
}

static void
score_row(struct row_score *scores, const struct row *row, uint64_t units,
    uint64_t domains, uint64_t publishing)
{
	double truth = (double)publishing / (double)domains;
	struct sw_adjusted adjusted = sw_adjusted_share(&row->capture, units);
	struct sw_interval bounds;

	scores->replicates++;
	scores->truth += truth;
	scores->seen += (double)row->known / (double)domains;
	if (row->known == 0)
		return;
	scores->covered += sw_good_turing_coverage(
	    sw_capture_frequencies(&row->capture, true).once +
	    sw_capture_frequencies(&row->capture, false).once,
	    row->days_known);
	scores->stale += (double)row->stale / (double)row->known;
	score(&scores->scores[OBSERVED], sw_share(row->present, row->known),
	    truth);
	score(&scores->scores[WEIGHTED],
	    sw_share(row->days_present, row->days_known), truth);
	score(&scores->scores[UNSEEN_ABSENT],
	    (double)row->present / (double)domains, truth);
	score_interval(&scores->wilson,
	    sw_wilson_interval(row->present, row->known), truth);
	if (sw_certain_bounds(row->present, row->known - row->present, domains,
	    &bounds))
		score_interval(&scores->certain, bounds, truth);
	if (adjusted.verdict != SW_ADJUSTED_GIVEN)
		return;
	score(&scores->scores[ADJUSTED], adjusted.share, truth);
	score_interval(&scores->jackknife, adjusted.interval, truth);
}

bool
study_run(const struct study *study, struct row_score scores[ROWS])
{
	struct world world;
	struct ledger ledger;
	struct ledger_visit visit = { &ledger, &world };
	struct figures figures;
	struct truth truth;

	memset(scores, 0, ROWS * sizeof(*scores));
	if (!world_init(&world, study->setting, study->domains))
		return false;
	if (!ledger_init(&ledger, study->domains, study->first_day,
	    study->days)) {
		world_fini(&world);
		return false;
	}
	for (unsigned i = 0; i < study->replicates; i++) {
		world_draw(&world, study->seed + i, study->days);
		world_truth(&world, study->days, &truth);
		world_run(&world, study->lookups, study->days, ledger_visit,
		    &visit);
		ledger_close(&ledger, &world, &figures);
		for (unsigned row = 0; row < ROWS; row++) {
			scores[row].asked += truth.asked_present[row] /
			    truth.asked[row];
			score_row(&scores[row], &figures.rows[row],
			    figures.units, truth.domains[row],
			    truth.present[row]);
		}
		score(&scores[0].scores[STRATIFIED],
		    stratified(&figures, &truth), (double)truth.present[0] /
		    (double)truth.domains[0]);
	}
	ledger_fini(&ledger);
	world_fini(&world);
	return true;
}
