/** A name as projects and services bear it here: lower-case letters, digits, hyphens. Empty where nothing is left. */
export function slug(name: string, most: number): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, most)
    .replace(/-+$/, '');
}
