'use client'
import { capabilitiesOfRecipe, findRecipe, RECIPE_CATEGORIES, type Recipe, type RecipeParam } from '@sonde/contract'
import {
  Badge,
  Button,
  DRAWING_WORDS,
  EmptyState,
  Fact,
  Facts,
  formatPlural,
  formatSpan,
  HostText,
  Panel,
  ResultDrawing,
  Skeleton,
  Table,
  Td,
  Th,
  Tr,
} from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import Link from 'next/link'
import { COLLECTOR_WORDS } from '../collectors/collector-words.ts'
import { hostFit, needsOfRecipe, obstaclesOf } from '../hosts/host-fit.ts'
import { CAPABILITY_WORDS } from '../hosts/host-words.ts'
import { recipeHref } from '../new-capture/draft.ts'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { CostBadge } from './cost-badge.tsx'

/** All that there is to know of a recipe before it runs. */
export function RecipePage({ id }: { id: string }) {
  const recipe = findRecipe(id)
  if (recipe === undefined)
    return (
      <EmptyState
        page
        title="There is no such recipe"
        action={
          <Button asChild>
            <Link href="/recipes">All recipes</Link>
          </Button>
        }
      >
        It was renamed or removed, or the link is not complete. Captures that were made with it can still be read and run again.
      </EmptyState>
    )
  return <KnownRecipe recipe={recipe} />
}

function KnownRecipe({ recipe }: { recipe: Recipe }) {
  const operator = useHasRole('operator')
  const needed = capabilitiesOfRecipe(recipe)
  return (
    <div className="mx-auto flex w-full max-w-[1200px] flex-col gap-3 p-3 sm:p-4">
      <nav aria-label="Up" className="text-ink-2 text-sm">
        <Link href="/recipes" className="hover:underline">
          Recipes
        </Link>
        {' / '}
        <Link href={`/recipes?q=${encodeURIComponent(RECIPE_CATEGORIES[recipe.category])}`} className="hover:underline">
          {RECIPE_CATEGORIES[recipe.category]}
        </Link>
      </nav>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1">
          <h1 className="font-semibold text-xl">{recipe.title}</h1>
          <p className="text-ink-2 text-lg">{recipe.question}</p>
        </div>
        {operator ? (
          <Button asChild variant="primary" size="lg">
            <Link href={recipeHref(recipe.id)}>
              <Play aria-hidden /> Use
            </Link>
          </Button>
        ) : null}
      </div>
      <div className="grid gap-3 lg:grid-cols-[minmax(0,1fr)_300px] lg:items-start">
        <Panel title="What it does">
          <div className="flex flex-col gap-3">
            <p className="max-w-prose">{recipe.explanation}</p>
            <h3 className="font-medium">How to read it</h3>
            <p className="max-w-prose">{recipe.reading}</p>
            <Facts className="border-line border-t pt-3">
              <Fact name="Cost">
                <span className="flex flex-wrap items-center gap-2">
                  <CostBadge cost={recipe.cost} /> {recipe.costNote}
                </span>
              </Fact>
              <Fact name="Records">
                {recipe.instruments.map(({ collector }) => COLLECTOR_WORDS[collector].name).join(' and ')}, {formatSpan(recipe.durationMs)}{' '}
                unless you say otherwise
              </Fact>
              <Fact name="Needs">{needed.map((capability) => CAPABILITY_WORDS[capability].name).join(', ')}</Fact>
              {recipe.params.length > 0 ? (
                <Fact name="You say">
                  <ul>
                    {recipe.params.map((param) => (
                      <li key={param.name}>
                        <span className="font-medium">{param.label}</span>
                        <span className="text-ink-2">
                          {': '}
                          {param.help}
                          {paramDefault(param)}
                        </span>
                      </li>
                    ))}
                  </ul>
                </Fact>
              ) : null}
              {recipe.alsoKnownAs.length > 0 ? (
                <Fact name="In a shell">
                  <span className="flex flex-wrap gap-1">
                    {recipe.alsoKnownAs.map((tool) => (
                      <Badge key={tool} className="font-mono">
                        {tool}
                      </Badge>
                    ))}
                  </span>
                </Fact>
              ) : null}
            </Facts>
          </div>
        </Panel>
        <Panel title="The result">
          <ResultDrawing kind={recipe.drawing} className="mx-auto my-2 w-full max-w-64" />
          <p className="text-center text-ink-2">Shown as {DRAWING_WORDS[recipe.drawing]}.</p>
        </Panel>
      </div>
      <section aria-label="Fields" className="flex flex-col gap-2">
        <h2 className="mt-2 font-semibold text-lg">Fields</h2>
        <Table label="Fields">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Unit</Th>
              <Th>What it says</Th>
            </tr>
          </thead>
          <tbody>
            {recipe.fields.map((field) => (
              <Tr key={field.name}>
                <Td className="whitespace-nowrap font-medium">{field.name}</Td>
                <Td className="whitespace-nowrap text-ink-2">{field.unit}</Td>
                <Td className="w-full min-w-56">{field.description}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </section>
      <HostsOf recipe={recipe} />
    </div>
  )
}

function paramDefault(param: RecipeParam): string {
  switch (param.type) {
    case 'number':
      return ` ${param.default} ${param.unit} unless you say otherwise.`
    case 'function':
    case 'kernel-function':
      return param.default === undefined ? '' : ` ${param.default} unless you say otherwise.`
    case 'binary':
      return ''
  }
}

function HostsOf({ recipe }: { recipe: Recipe }) {
  const trpc = useTRPC()
  const hosts = useQuery(trpc.hosts.list.queryOptions({}))
  const needs = needsOfRecipe(recipe)
  const fit = hostFit(needs, hosts.data ?? [])
  return (
    <section aria-label="Hosts" className="flex flex-col gap-2">
      <h2 className="mt-2 flex items-baseline gap-2 font-semibold text-lg">
        Hosts
        {hosts.data ? (
          <span role="status" className="font-normal text-base text-ink-2">
            {fit.able} of {formatPlural(fit.total, 'host')} can run it
          </span>
        ) : null}
      </h2>
      {hosts.error && !hosts.data ? (
        <p className="text-bad">{errorText(hosts.error)}</p>
      ) : hosts.data === undefined ? (
        <Skeleton className="h-16" />
      ) : hosts.data.length === 0 ? (
        <p className="text-ink-2">There is no host yet.</p>
      ) : (
        <Table label="Hosts">
          <thead>
            <tr>
              <Th>Host</Th>
              <Th>Can run it</Th>
              <Th>Why not</Th>
            </tr>
          </thead>
          <tbody>
            {[...hosts.data]
              .sort((a, b) => obstaclesOf(needs, b).length - obstaclesOf(needs, a).length)
              .map((host) => {
                const missing = obstaclesOf(needs, host)
                return (
                  <Tr key={host.id}>
                    <Td className="max-w-64">
                      <Link href={`/hosts/${host.id}`} className="font-medium hover:underline">
                        <HostText text={host.name} />
                      </Link>
                    </Td>
                    <Td className="whitespace-nowrap">
                      {missing.length === 0 ? (
                        <>
                          <span aria-hidden className="text-good">
                            ✓
                          </span>{' '}
                          yes{host.online ? '' : ', when it is back'}
                        </>
                      ) : (
                        <>
                          <span aria-hidden className="text-warn">
                            ✕
                          </span>{' '}
                          no
                        </>
                      )}
                    </Td>
                    <Td className="w-full min-w-56">
                      {missing.map(({ reason, remedy }) => (
                        <p key={reason}>
                          <HostText wrap text={reason} /> {remedy ? <HostText wrap text={remedy} className="text-ink-2" /> : null}
                        </p>
                      ))}
                    </Td>
                  </Tr>
                )
              })}
          </tbody>
        </Table>
      )}
    </section>
  )
}
