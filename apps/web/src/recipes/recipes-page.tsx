'use client'
import { type HostView, RECIPE_LIST, type Recipe } from '@sonde/contract'
import { Button, cx, EmptyState, formatPlural, ResultDrawing, SearchInput } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useMemo } from 'react'
import { hostFit, needsOfRecipe } from '../hosts/host-fit.ts'
import { recipeHref } from '../new-capture/draft.ts'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { useUrlSearch } from '../url/use-url-search.ts'
import { selectRecipes } from './select-recipes.ts'

/** Every question that Sonde has an answer ready for, by category. */
export function RecipesPage() {
  const trpc = useTRPC()
  const search = useUrlSearch()
  const hosts = useQuery(trpc.hosts.list.queryOptions({}))
  const groups = useMemo(() => selectRecipes(RECIPE_LIST, search.text), [search.text])
  const found = groups.reduce((sum, group) => sum + group.recipes.length, 0)
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-4 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 font-semibold text-xl">Recipes</h1>
        <SearchInput
          className="min-w-40 max-w-md flex-1"
          aria-label="Search recipes"
          placeholder="biolatency, who writes, page faults…"
          value={search.text}
          onChange={(event) => search.setText(event.target.value)}
        />
        <span className="text-ink-2" role="status">
          {found === RECIPE_LIST.length ? formatPlural(found, 'recipe') : `${found} of ${formatPlural(RECIPE_LIST.length, 'recipe')}`}
        </span>
      </div>
      {groups.length === 0 ? (
        <EmptyState title="No recipe matches" action={<Button onClick={() => search.setText('')}>Clear the search</Button>}>
          Any probe can be captured without a recipe, too:{' '}
          <Link href="/captures/new" className="text-accent hover:underline">
            build your own
          </Link>
          .
        </EmptyState>
      ) : null}
      {groups.map((group) => (
        <section key={group.category} aria-labelledby={`category-${group.category}`}>
          <h2 id={`category-${group.category}`} className="mb-2 flex items-baseline gap-2 font-semibold">
            {group.title} <span className="font-normal text-ink-3 text-sm">{group.recipes.length}</span>
          </h2>
          <ul className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
            {group.recipes.map((recipe) => (
              <RecipeCard key={recipe.id} recipe={recipe} hosts={hosts.data ?? []} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function RecipeCard({ recipe, hosts }: { recipe: Recipe; hosts: readonly HostView[] }) {
  const operator = useHasRole('operator')
  const fit = hostFit(needsOfRecipe(recipe), hosts)
  return (
    <li
      data-testid={`recipe-${recipe.id}`}
      className="relative flex gap-3 rounded-md border border-line bg-surface p-2.5 has-[a:first-child:focus-visible]:border-accent hover:border-line-strong"
    >
      <ResultDrawing kind={recipe.drawing} className={cx('mt-0.5 h-9', fit.total > 0 && fit.able === 0 && 'opacity-40')} />
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex items-start gap-2">
          {/* The whole card is the link: its box covers the card, the button lies above it. */}
          <Link
            href={`/recipes/${recipe.id}`}
            className="min-w-0 flex-1 font-medium after:absolute after:inset-0 after:rounded-md hover:underline"
          >
            {recipe.title}
          </Link>
          {operator ? (
            <Button asChild size="sm" className="relative">
              <Link href={recipeHref(recipe.id)} aria-label={`Use ${recipe.title}`}>
                Use
              </Link>
            </Button>
          ) : null}
        </div>
        <p className="text-ink-2 text-pretty">{recipe.question}</p>
        <p className="text-ink-3 text-sm">
          <span className={recipe.cost === 'high' ? 'text-warn' : ''}>{recipe.cost} cost</span>
          {fit.able < fit.total ? (
            <span className="text-warn">
              {', '}
              {fit.able > 0 ? `on ${fit.able} of ${formatPlural(fit.total, 'host')}` : fit.total === 1 ? 'not on this host' : 'on no host'}
            </span>
          ) : null}
        </p>
      </div>
    </li>
  )
}
