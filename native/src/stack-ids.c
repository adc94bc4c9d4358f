#include "stack-ids.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PLACES 1024

bool stack_ids_open(struct stack_ids *ids)
{
	memset(ids, 0, sizeof(*ids));
	ids->place_count = FIRST_PLACES;
	ids->places = calloc(ids->place_count, sizeof(*ids->places));
	return ids->places != NULL;
}

/** The hash is one already. */
static uint32_t place_of(const struct stack_ids *ids, uint64_t hash)
{
	uint32_t mask = ids->place_count - 1, place = hash & mask;

	while (ids->places[place].id != 0 && ids->places[place].hash != hash)
		place = (place + 1) & mask;
	return place;
}

static bool grow(struct stack_ids *ids)
{
	struct stack_ids larger = *ids;

	larger.place_count = ids->place_count * 2;
	larger.places = calloc(larger.place_count, sizeof(*larger.places));
	if (!larger.places)
		return false;
	for (uint32_t i = 0; i < ids->place_count; i++)
		if (ids->places[i].id != 0)
			larger.places[place_of(&larger, ids->places[i].hash)] = ids->places[i];
	free(ids->places);
	*ids = larger;
	return true;
}

uint32_t stack_id(struct stack_ids *ids, uint64_t hash, bool *fresh)
{
	uint32_t place = place_of(ids, hash);

	*fresh = ids->places[place].id == 0;
	if (!*fresh)
		return ids->places[place].id;
	if (ids->count >= ids->place_count / 2) {
		if (!grow(ids))
			return 0;
		place = place_of(ids, hash);
	}
	ids->places[place].hash = hash;
	ids->places[place].id = ++ids->count;
	return ids->count;
}
