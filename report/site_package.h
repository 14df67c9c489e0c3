/*
 * The data of a site: every table as CSV and JSON, and datapackage.json,
 * which describes them as a Frictionless data package
 * (https://specs.frictionlessdata.io/, version 1).
 */
#ifndef SENDERWATCH_REPORT_SITE_PACKAGE_H
#define SENDERWATCH_REPORT_SITE_PACKAGE_H

#include "site.h"

/* Write them into the folder "data" of the tree, which tells what failed. */
enum sw_result sw_site_package(struct sw_tree *tree,
    const struct sw_site *site);

#endif
