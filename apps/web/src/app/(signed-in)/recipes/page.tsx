import type { Metadata } from 'next'
import { RecipesPage } from '../../../recipes/recipes-page.tsx'
import { requirePerson } from '../../../server/session.ts'

export const metadata: Metadata = { title: 'Recipes' }

export default async function Page() {
  await requirePerson()
  return <RecipesPage />
}
