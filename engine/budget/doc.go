// Package budget shares the memory that batches may take among the tasks of a worker.
//
// A task has an equal part of the whole, or less if it wants less. What it holds is what its pool has out: slabs with all
// that they are larger than what lies in them, from the answer of a broker to what a plugin has not let go. Nothing is
// refused by it: whoever fetches or polls looks whether there is room. A task that holds nothing may always take a little,
// so that none waits for ever for those that stand still.
//
// What plugins, clients and converters hold beside batches is not counted: the budget is a part of the process's memory.
package budget
