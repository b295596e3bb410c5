package explain

const taskCores = "millrace.task.cores"

// cores looks for what keeps a sink's tasks on one core that were given more.
func (l *lint) cores() {
	if n, ok := l.props[taskCores]; !ok || n == "1" || l.has(taskCores) {
		return
	}
	for _, a := range aliases(l.props, "transforms") {
		key := "transforms." + a + ".type"
		if class := classOf(l.Plugins.Transforms, l.props[key]); class != nil && !class.Independent {
			l.oneCore(key, class.Name)
		}
	}
	for _, a := range aliases(l.props, "predicates") {
		key := "predicates." + a + ".type"
		if class := classOf(l.Plugins.Predicates, l.props[key]); class != nil && !class.Independent {
			l.oneCore(key, class.Name)
		}
	}
}

func (l *lint) oneCore(key, class string) {
	l.add(Warning, taskCores, "the key has no effect: "+key+" is "+class+", which is not known to treat each record by itself", "")
}
