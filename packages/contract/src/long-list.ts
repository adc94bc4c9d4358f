import * as z from 'zod'

/**
 * An array that is refused at its first element that is not right. `z.array` names every one: a few kilobytes of gzip hold millions of
 * wrong elements, and as many issues with their paths are more than a server has memory for.
 */
export function longList<Element extends z.ZodType>(element: Element, max: number) {
  return z
    .array(z.unknown())
    .max(max)
    .transform((items, context) => {
      const elements: z.output<Element>[] = []
      for (const [i, item] of items.entries()) {
        const parsed = element.safeParse(item)
        if (!parsed.success) {
          const [issue] = parsed.error.issues
          context.addIssue({ code: 'custom', path: [i, ...(issue?.path ?? [])], message: issue?.message ?? 'not valid' })
          return z.NEVER
        }
        elements.push(parsed.data)
      }
      return elements
    })
}
