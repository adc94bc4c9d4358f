'use client'
import { type HostView, RECIPE_LIST, type RecipeId } from '@sonde/contract'
import { Badge, cx, formatPlural, HostText } from '@sonde/ui'
import { recipeFit } from './recipe-fit.ts'

const COST_TONES = { negligible: 'good', low: 'good', moderate: 'warn' } as const

/** Recipes as cards: the question each answers, what it costs, and why a host cannot run it. */
export function RecipePicker({
  recipe,
  hosts,
  onChange,
}: {
  recipe: RecipeId
  hosts: readonly HostView[]
  onChange: (recipe: RecipeId) => void
}) {
  return (
    <fieldset className="grid gap-2 md:grid-cols-3">
      <legend className="sr-only">Recipe</legend>
      {RECIPE_LIST.map((option) => {
        const fit = recipeFit(option.id, hosts)
        const impossible = fit.total > 0 && fit.able === 0
        const chosen = option.id === recipe
        return (
          <label
            key={option.id}
            data-testid={`recipe-${option.id}`}
            className={cx(
              'flex flex-col gap-1.5 rounded-md border p-3 has-focus-visible:outline-2 has-focus-visible:outline-accent',
              impossible ? 'cursor-not-allowed bg-inset' : 'cursor-pointer',
              chosen ? 'border-accent bg-selected' : 'border-line',
              !chosen && !impossible && 'hover:border-line-strong',
            )}
          >
            <span className="flex items-center gap-2">
              <input
                type="radio"
                name="recipe"
                value={option.id}
                checked={chosen}
                disabled={impossible}
                onChange={() => onChange(option.id)}
                className="size-3.5 accent-accent"
              />
              <span className={cx('font-semibold', impossible && 'text-ink-3')}>{option.title}</span>
              <span className="flex-1" />
              <Badge tone={COST_TONES[option.cost]} title={option.costNote}>
                {option.cost} cost
              </Badge>
            </span>
            <span className={impossible ? 'text-ink-3' : 'text-ink'}>{option.question}</span>
            <span className={cx('text-sm', impossible ? 'text-ink-3' : 'text-ink-2')}>{option.explanation}</span>
            <span className={cx('text-sm', impossible ? 'text-ink-3' : 'text-ink-2')}>{option.costNote}</span>
            {fit.obstacles.slice(0, 3).map((obstacle) => (
              <span key={obstacle.reason} className="text-sm text-warn">
                {fit.total > 1 ? `${formatPlural(obstacle.hostNames.length, 'host')} of ${fit.total}: ` : 'Not on this host: '}
                <HostText wrap text={obstacle.reason} />{' '}
                {obstacle.remedy ? <HostText wrap text={obstacle.remedy} className="text-ink-2" /> : null}
              </span>
            ))}
          </label>
        )
      })}
    </fieldset>
  )
}
