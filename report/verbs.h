/*
 * The program's verbs, one file each. argv[0] is "senderwatch VERB", for the
 * messages of getopt_long(); what is returned is the exit status.
 */
#ifndef SENDERWATCH_REPORT_VERBS_H
#define SENDERWATCH_REPORT_VERBS_H

#define SW_EXIT_OK 0
#define SW_EXIT_FAILURE 1	/* something went wrong on the way */
#define SW_EXIT_USAGE 2		/* the command line makes no sense */

/* Every verb knows --help; of usage, what was wrong has been said. */
int sw_verb_anonymity(int argc, char **argv);
int sw_verb_audit(int argc, char **argv);
int sw_verb_backup(int argc, char **argv);
int sw_verb_check(int argc, char **argv);
int sw_verb_cohort(int argc, char **argv);
int sw_verb_explain(int argc, char **argv);
int sw_verb_export(int argc, char **argv);
int sw_verb_key(int argc, char **argv);
int sw_verb_merge(int argc, char **argv);
int sw_verb_prune(int argc, char **argv);
int sw_verb_report(int argc, char **argv);
int sw_verb_site(int argc, char **argv);
int sw_verb_status(int argc, char **argv);

#endif
