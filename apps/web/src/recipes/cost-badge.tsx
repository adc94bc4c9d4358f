import type { Recipe } from '@sonde/contract'
import { Badge, type Tone } from '@sonde/ui'

const COST_TONES: Record<Recipe['cost'], Tone> = { negligible: 'good', low: 'good', moderate: 'neutral', high: 'warn' }

/** What a recipe does to the host while it runs, in one word. */
export function CostBadge({ cost, note }: { cost: Recipe['cost']; note?: string }) {
  return (
    <Badge tone={COST_TONES[cost]} title={note}>
      {cost} cost
    </Badge>
  )
}
