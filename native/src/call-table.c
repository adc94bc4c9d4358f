#include "call-table.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PLACES 1024

static uint32_t hash(uint32_t tgid, int32_t nr)
{
	uint64_t mixed = ((uint64_t)tgid << 32 | (uint32_t)nr) * 0x9e3779b97f4a7c15ull;

	return mixed >> 32;
}

bool call_table_open(struct call_table *table, uint32_t limit)
{
	memset(table, 0, sizeof(*table));
	table->limit = limit;
	table->place_count = FIRST_PLACES;
	table->places = calloc(table->place_count, sizeof(*table->places));
	table->totals = malloc(FIRST_PLACES / 2 * sizeof(*table->totals));
	return table->places && table->totals;
}

static uint32_t *place_of(struct call_table *table, uint32_t tgid, int32_t nr)
{
	uint32_t mask = table->place_count - 1;

	for (uint32_t i = hash(tgid, nr) & mask;; i = (i + 1) & mask) {
		uint32_t index = table->places[i];

		if (index == 0 || (table->totals[index - 1].tgid == tgid && table->totals[index - 1].nr == nr))
			return &table->places[i];
	}
}

/** At most half of the places are taken. */
static bool grow(struct call_table *table)
{
	if (table->count < table->place_count / 2)
		return true;
	uint32_t place_count = table->place_count * 2;
	uint32_t *places = calloc(place_count, sizeof(*places));
	struct call_total *totals = realloc(table->totals, place_count / 2 * sizeof(*totals));

	if (totals)
		table->totals = totals;
	if (!places || !totals) {
		free(places);
		return false;
	}
	free(table->places);
	table->places = places;
	table->place_count = place_count;
	for (uint32_t i = 0; i < table->count; i++)
		*place_of(table, totals[i].tgid, totals[i].nr) = i + 1;
	return true;
}

struct call_total *call_table_get(struct call_table *table, uint32_t tgid, int32_t nr)
{
	uint32_t *place = place_of(table, tgid, nr);

	if (*place)
		return &table->totals[*place - 1];
	if (table->count >= table->limit || !grow(table))
		return NULL;
	place = place_of(table, tgid, nr);
	struct call_total *total = &table->totals[table->count];

	memset(total, 0, sizeof(*total));
	total->tgid = tgid;
	total->nr = nr;
	*place = ++table->count;
	return total;
}

void call_table_begin(struct call_table *table)
{
	for (uint32_t i = 0; i < table->count; i++) {
		struct call_total *total = &table->totals[i];

		memset(&total->live, 0, sizeof(total->live));
		for (uint32_t j = 0; j < total->error_count; j++)
			total->errors[j].live = 0;
	}
}

void call_row_add(struct call_row *sum, const struct call_row *row)
{
	sum->total_ns += row->total_ns;
	if (row->max_ns > sum->max_ns)
		sum->max_ns = row->max_ns;
	for (int i = 0; i < DURATION_BUCKETS; i++)
		sum->buckets[i] += row->buckets[i];
}

uint64_t call_row_calls(const struct call_row *row)
{
	uint64_t calls = 0;

	for (int i = 0; i < DURATION_BUCKETS; i++)
		calls += row->buckets[i];
	return calls;
}

struct error_count *call_total_error(struct call_total *total, uint32_t number)
{
	for (uint32_t i = 0; i < total->error_count; i++)
		if (total->errors[i].number == number)
			return &total->errors[i];
	struct error_count *errors = realloc(total->errors, (total->error_count + 1) * sizeof(*errors));

	if (!errors)
		return NULL;
	total->errors = errors;
	errors[total->error_count] = (struct error_count){ .number = number };
	return &errors[total->error_count++];
}

uint64_t call_total_errors(const struct call_total *total)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < total->error_count; i++)
		count += total->errors[i].kept + total->errors[i].live;
	return count;
}
