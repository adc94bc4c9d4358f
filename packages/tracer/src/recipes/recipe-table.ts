import { RECIPE_CATEGORIES, RECIPE_LIST, type Recipe } from '@sonde/contract'
import { RECIPE_RUNS, type RecipeRun } from './recipe-runs.ts'

/** The text of docs/RECIPES.md: every recipe with the question it answers and how it is tested. */
export function recipeTable(): string {
  const ran = RECIPE_LIST.map(({ id }) => RECIPE_RUNS[id]?.how)
  const count = (how: RecipeRun['how']) => ran.filter((candidate) => candidate === how).length
  const sections = Object.entries(RECIPE_CATEGORIES).map(([category, title]) => {
    const rows = RECIPE_LIST.filter((recipe) => recipe.category === category).map(row)
    return [`## ${title}`, '', '| recipe | question | collectors | cost | tested |', '| --- | --- | --- | --- | --- |', ...rows, ''].join(
      '\n',
    )
  })
  return [
    '# Recipes',
    '',
    `${RECIPE_LIST.length} questions that people ask perf, SystemTap, bcc and the like, each a data file in \`packages/contract/src/recipes/\`.`,
    `Every one is run by a test: ${count('here')} on a real workload wherever the tests run, ${count('vm')} in a virtual machine`,
    `(\`npm run test:vm\`), and ${count('not-run')} nowhere, with the reason. Made by \`npx tsx scripts/recipe-table.ts\`; a test compares.`,
    '',
    ...sections,
  ].join('\n')
}

function row(recipe: Recipe): string {
  const collectors = recipe.instruments.map(({ collector }) => collector).join(', ')
  return `| **${recipe.title}** \`${recipe.id}\` | ${recipe.question} | ${collectors} | ${recipe.cost} | ${tested(RECIPE_RUNS[recipe.id])} |`
}

function tested(run: RecipeRun | undefined): string {
  switch (run?.how) {
    case 'here':
      return `ran here: workload \`${run.workload}\`${run.needs ? `, where ${run.needs}` : ''}`
    case 'vm':
      return `ran in the ${run.machine} machine: ${run.because}`
    case 'not-run':
      return `not run: ${run.because}`
    default:
      return 'no test'
  }
}
