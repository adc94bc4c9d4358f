import { findRecipe } from '@sonde/contract'
import type { Metadata } from 'next'
import { RecipePage } from '../../../../recipes/recipe-page.tsx'
import { requirePerson } from '../../../../server/session.ts'

type Params = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  return { title: findRecipe((await params).id)?.title ?? 'Recipe' }
}

export default async function Page({ params }: Params) {
  await requirePerson()
  return <RecipePage id={(await params).id} />
}
