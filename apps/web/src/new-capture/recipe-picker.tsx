'use client'
import { type HostView, RECIPE_LIST, type Recipe, type RecipeId } from '@sonde/contract'
import { Badge, Button, cx, formatPlural, ResultDrawing, SearchInput } from '@sonde/ui'
import Link from 'next/link'
import { useEffect, useMemo, useRef, useState } from 'react'
import { hostFit, needsOfRecipe } from '../hosts/host-fit.ts'
import { CostBadge } from '../recipes/cost-badge.tsx'
import { ObstacleList } from '../recipes/obstacle-list.tsx'
import { selectRecipes } from '../recipes/select-recipes.ts'
import { RecipeParams } from './recipe-params.tsx'

export type RecipePickerProps = {
  recipe: Recipe
  values: Readonly<Record<string, unknown>>
  hosts: readonly HostView[]
  /** Which parameter is not right, and why. */
  problem: { name: string | null; message: string } | null
  onPick: (recipe: RecipeId) => void
  onValues: (values: Readonly<Record<string, unknown>>) => void
}

/** All recipes in a list that can be searched, and what there is to know and to fill in of the picked one. */
export function RecipePicker({ recipe, values, hosts, problem, onPick, onValues }: RecipePickerProps) {
  const [search, setSearch] = useState('')
  const groups = useMemo(() => selectRecipes(RECIPE_LIST, search), [search])
  const list = useRef<HTMLFieldSetElement>(null)

  // A link may pick one far down the list; it is shown once, later scrolling is the person's.
  const first = useRef(recipe.id)
  useEffect(() => {
    const picked = list.current?.querySelector<HTMLElement>(`[data-recipe="${first.current}"]`)
    if (picked && list.current) list.current.scrollTop = Math.max(0, picked.offsetTop - list.current.clientHeight / 2)
  }, [])

  return (
    <div className="grid min-w-0 gap-3 md:grid-cols-[minmax(260px,5fr)_minmax(0,6fr)]">
      <div className="flex min-w-0 flex-col gap-2">
        <SearchInput
          aria-label="Search recipes"
          data-shortcut="/"
          placeholder={`${RECIPE_LIST.length} recipes: biolatency, who writes, page faults…`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            // From the box into the list: the arrow keys belong to the radio buttons there.
            if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
            const radios = [...(list.current?.querySelectorAll<HTMLInputElement>('input:not(:disabled)') ?? [])]
            const target = radios.find((radio) => radio.checked) ?? radios[0]
            if (!target || event.ctrlKey || event.metaKey) return
            event.preventDefault()
            target.focus()
            if (!target.checked) target.click()
          }}
        />
        <fieldset ref={list} className="relative h-72 overflow-auto rounded-md border border-line md:h-[26rem]" aria-label="Recipe">
          {groups.map((group) => (
            <fieldset key={group.category} aria-labelledby={`recipes-${group.category}`}>
              <h3
                id={`recipes-${group.category}`}
                className="sticky top-0 z-10 border-line border-b bg-inset px-2.5 py-1 font-medium text-ink-3 text-sm"
              >
                {group.title}
              </h3>
              {group.recipes.map((option) => (
                <RecipeOption key={option.id} recipe={option} hosts={hosts} picked={option.id === recipe.id} onPick={onPick} />
              ))}
            </fieldset>
          ))}
          {groups.length === 0 ? (
            <div className="p-3 text-ink-2">
              No recipe matches.{' '}
              <Button size="sm" onClick={() => setSearch('')}>
                Clear the search
              </Button>
            </div>
          ) : null}
        </fieldset>
      </div>
      <RecipeSummary recipe={recipe} values={values} hosts={hosts} problem={problem} onValues={onValues} />
    </div>
  )
}

function RecipeOption({
  recipe,
  hosts,
  picked,
  onPick,
}: {
  recipe: Recipe
  hosts: readonly HostView[]
  picked: boolean
  onPick: (recipe: RecipeId) => void
}) {
  const fit = hostFit(needsOfRecipe(recipe), hosts)
  const impossible = fit.total > 0 && fit.able === 0
  const titleId = `recipe-title-${recipe.id}`
  const noteId = `recipe-note-${recipe.id}`
  return (
    <label
      data-testid={`recipe-${recipe.id}`}
      data-recipe={recipe.id}
      className={cx(
        'flex gap-2.5 border-line border-b px-2.5 py-1.5 last:border-b-0 has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent',
        impossible ? 'cursor-not-allowed' : 'cursor-pointer',
        picked ? 'bg-selected' : !impossible && 'hover:bg-hover',
      )}
    >
      <input
        type="radio"
        name="recipe"
        value={recipe.id}
        checked={picked}
        disabled={impossible}
        onChange={() => onPick(recipe.id)}
        aria-labelledby={titleId}
        aria-describedby={noteId}
        className="mt-1 size-3.5 shrink-0 accent-accent"
      />
      <ResultDrawing kind={recipe.drawing} className={cx('mt-1 h-5', impossible && 'opacity-40')} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span id={titleId} className={cx('min-w-0 flex-1 font-medium', impossible && 'text-ink-3')}>
            {recipe.title}
          </span>
          <span className={cx('text-sm', recipe.cost === 'high' ? 'text-warn' : 'text-ink-3')}>{recipe.cost}</span>
        </span>
        <span id={noteId} className="block text-ink-3 text-sm">
          {impossible ? <ObstacleList fit={fit} /> : recipe.question}
          {!impossible && fit.able < fit.total ? (
            <span className="text-warn">
              {' '}
              On {fit.able} of {formatPlural(fit.total, 'host')}.
            </span>
          ) : null}
        </span>
      </span>
    </label>
  )
}

function RecipeSummary({
  recipe,
  values,
  hosts,
  problem,
  onValues,
}: {
  recipe: Recipe
  values: Readonly<Record<string, unknown>>
  hosts: readonly HostView[]
  problem: RecipePickerProps['problem']
  onValues: RecipePickerProps['onValues']
}) {
  const fit = hostFit(needsOfRecipe(recipe), hosts)
  return (
    <section aria-label="The picked recipe" className="flex min-w-0 flex-col gap-2.5" data-testid="picked-recipe">
      <div className="flex items-start gap-3">
        <ResultDrawing kind={recipe.drawing} className="h-16 rounded-md border border-line bg-inset p-2" />
        <div className="min-w-0 flex-1">
          <h3 className="font-semibold text-lg">{recipe.title}</h3>
          <p className="text-ink-2">{recipe.question}</p>
        </div>
      </div>
      {recipe.params.length > 0 ? (
        <RecipeParams key={recipe.id} recipe={recipe} values={values} hosts={hosts} problem={problem} onChange={onValues} />
      ) : null}
      <ObstacleList fit={fit} className="flex flex-col gap-1 text-sm" />
      <p>{recipe.explanation}</p>
      <p className="text-ink-2">{recipe.reading}</p>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-2 text-sm">
        <CostBadge cost={recipe.cost} /> {recipe.costNote}
      </p>
      <p className="flex flex-wrap items-center gap-1.5 text-sm">
        {recipe.alsoKnownAs.map((tool) => (
          <Badge key={tool} className="font-mono">
            {tool}
          </Badge>
        ))}
        <Link href={`/recipes/${recipe.id}`} className="text-accent hover:underline">
          Fields and hosts
        </Link>
      </p>
    </section>
  )
}
