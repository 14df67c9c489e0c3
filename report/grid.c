/* Aligned columns. */
#include "grid.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define GAP "  "

struct sw_grid {
	size_t columns;
	bool right_aligned;
	bool failed;		/* out of memory */
	char **cells;		/* a row that is a rule has only NULLs */
	size_t count;
	size_t room;
};

enum sw_result
sw_grid_new(struct sw_grid **grid, size_t columns, bool right_aligned)
{
	*grid = calloc(1, sizeof(**grid));
	if (*grid == NULL)
		return SW_ERR_MEMORY;
	(*grid)->columns = columns;
	(*grid)->right_aligned = right_aligned;
	return SW_OK;
}

void
sw_grid_free(struct sw_grid **grid)
{
	if (*grid == NULL)
		return;
	for (size_t i = 0; i < (*grid)->count; i++)
		free((*grid)->cells[i]);
	free((*grid)->cells);
	free(*grid);
	*grid = NULL;
}

static void
append(struct sw_grid *grid, char *cell)
{
	if (grid->count == grid->room) {
		size_t room = grid->room == 0 ? 256 : 2 * grid->room;
		char **cells = reallocarray(grid->cells, room, sizeof(char *));

		if (cells == NULL) {
			free(cell);
			grid->failed = true;
			return;
		}
		grid->cells = cells;
		grid->room = room;
	}
	grid->cells[grid->count++] = cell;
}

void
sw_grid_cell(struct sw_grid *grid, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		grid->failed = true;
	else
		append(grid, copy);
}

void
sw_grid_rule(struct sw_grid *grid)
{
	for (size_t i = 0; i < grid->columns; i++)
		append(grid, NULL);
}

static void
pad(FILE *file, size_t count, char fill)
{
	while (count-- > 0)
		putc(fill, file);
}

static void
print_cell(const struct sw_grid *grid, FILE *file, const char *text,
    size_t column, size_t width)
{
	size_t missing = width;

	if (text == NULL) {
		pad(file, width, '-');
		return;
	}
	missing -= sw_text_width(text);
	if (column > 0 && grid->right_aligned) {
		pad(file, missing, ' ');
		fputs(text, file);
	} else {
		fputs(text, file);
		/* No blanks at the end of a line. */
		if (column + 1 < grid->columns)
			pad(file, missing, ' ');
	}
}

static void
find_widths(const struct sw_grid *grid, size_t *widths)
{
	for (size_t i = 0; i < grid->count; i++) {
		size_t width = grid->cells[i] != NULL ?
		    sw_text_width(grid->cells[i]) : 0;

		if (width > widths[i % grid->columns])
			widths[i % grid->columns] = width;
	}
}

enum sw_result
sw_grid_print(const struct sw_grid *grid, FILE *file)
{
	size_t *widths;

	if (grid->failed)
		return SW_ERR_MEMORY;
	widths = calloc(grid->columns, sizeof(*widths));
	if (widths == NULL)
		return SW_ERR_MEMORY;
	find_widths(grid, widths);
	for (size_t i = 0; i < grid->count; i++) {
		size_t column = i % grid->columns;

		if (column > 0)
			fputs(GAP, file);
		print_cell(grid, file, grid->cells[i], column, widths[column]);
		if (column + 1 == grid->columns)
			putc('\n', file);
	}
	free(widths);
	return SW_OK;
}

