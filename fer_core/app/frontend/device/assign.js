// The cheapest way to pair rows with columns.

/**
 * Pairs of row and column with the least total cost (Kuhn 1955; shortest augmenting paths with
 * potentials, as Jonker and Volgenant 1987).
 * @param {number[][]} costs rows of equal length
 * @returns {[number, number][]} as many as the shorter side has, rows ascending
 */
export function assign(costs) {
  const rows = costs.length
  const columns = rows > 0 ? costs[0].length : 0
  if (rows === 0 || columns === 0) return []
  if (rows > columns) {
    const turned = Array.from({ length: columns }, (_, c) => costs.map((row) => row[c]))
    return assign(turned)
      .map(([column, row]) => /** @type {[number, number]} */ ([row, column]))
      .sort((a, b) => a[0] - b[0])
  }
  // Counted from 1; 0 stands for none.
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(columns + 1)
  const rowOf = new Int32Array(columns + 1)
  const cameFrom = new Int32Array(columns + 1)
  for (let row = 1; row <= rows; row += 1) {
    rowOf[0] = row
    let column = 0
    const least = new Float64Array(columns + 1).fill(Infinity)
    const used = new Uint8Array(columns + 1)
    do {
      used[column] = 1
      const current = rowOf[column]
      let delta = Infinity
      let next = 0
      for (let other = 1; other <= columns; other += 1) {
        if (used[other]) continue
        const cost = costs[current - 1][other - 1] - rowPotential[current] - columnPotential[other]
        if (cost < least[other]) {
          least[other] = cost
          cameFrom[other] = column
        }
        if (least[other] < delta) {
          delta = least[other]
          next = other
        }
      }
      for (let other = 0; other <= columns; other += 1) {
        if (used[other]) {
          rowPotential[rowOf[other]] += delta
          columnPotential[other] -= delta
        } else least[other] -= delta
      }
      column = next
    } while (rowOf[column] !== 0)
    while (column !== 0) {
      const before = cameFrom[column]
      rowOf[column] = rowOf[before]
      column = before
    }
  }
  /** @type {[number, number][]} */
  const pairs = []
  for (let column = 1; column <= columns; column += 1) {
    if (rowOf[column] > 0) pairs.push([rowOf[column] - 1, column - 1])
  }
  return pairs.sort((a, b) => a[0] - b[0])
}
