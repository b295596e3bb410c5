package pgoutput

import "fmt"

func (d *Decoder) begin(lsn uint64) error {
	final, err1 := d.uint64()
	commit, err2 := d.uint64()
	xid, err3 := d.uint32()
	if err1 != nil || err2 != nil || err3 != nil {
		return errShort
	}
	if d.open {
		return fmt.Errorf("transaction %d begins inside another", xid)
	}
	d.Transactions = append(d.Transactions, Transaction{XID: xid, FinalLSN: final, CommitTime: int64(commit) + epochMicros, Before: d.committed})
	d.open = true
	d.start(xid)
	d.Transactions[len(d.Transactions)-1].Resumed = d.skipping
	d.event(Begin, lsn)
	return nil
}

func (d *Decoder) commit(lsn uint64) error {
	_, err := d.byte()
	_, err1 := d.uint64()
	end, err2 := d.uint64()
	_, err3 := d.uint64()
	if err != nil || err1 != nil || err2 != nil || err3 != nil {
		return errShort
	}
	if !d.open {
		return fmt.Errorf("commit outside of a transaction")
	}
	if d.skipping {
		d.finish()
	}
	d.event(Commit, end)
	d.committed, d.open = end, false
	return nil
}

func (d *Decoder) origin() error {
	lsn, err := d.uint64()
	if err != nil {
		return err
	}
	name, err := d.text()
	if err != nil {
		return err
	}
	if n := len(d.Transactions); d.open && n > 0 {
		d.Transactions[n-1].Origin, d.Transactions[n-1].OriginLSN = name, lsn
	}
	return nil
}

// typed takes the description of a type: the catalog says more.
func (d *Decoder) typed() error {
	if _, err := d.uint32(); err != nil {
		return err
	}
	for range 2 {
		if _, err := d.text(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Decoder) relation() error {
	r := &Relation{}
	var err error
	if r.ID, err = d.uint32(); err != nil {
		return err
	}
	if r.Schema, err = d.text(); err != nil {
		return err
	}
	if r.Name, err = d.text(); err != nil {
		return err
	}
	if r.Identity, err = d.byte(); err != nil {
		return err
	}
	n, err := d.uint16()
	if err != nil {
		return err
	}
	if int(n)*10 > d.end-d.pos {
		return errShort
	}
	r.Columns = make([]Column, n)
	for i := range r.Columns {
		c := &r.Columns[i]
		flags, err := d.byte()
		if err != nil {
			return err
		}
		c.Key = flags&1 != 0
		if c.Name, err = d.text(); err != nil {
			return err
		}
		if c.Type, err = d.uint32(); err != nil {
			return err
		}
		modifier, err := d.uint32()
		if err != nil {
			return err
		}
		c.Modifier = int32(modifier)
	}
	r.Rows.Width = len(r.Columns)
	if d.Described != nil {
		if err := d.Described(r); err != nil {
			return err
		}
	}
	if d.relations == nil {
		d.relations = map[uint32]*Relation{}
	}
	d.relations[r.ID], d.last = r, nil
	return nil
}

func (d *Decoder) truncate(lsn uint64) error {
	n, err := d.uint32()
	if err != nil {
		return err
	}
	if _, err := d.byte(); err != nil { // CASCADE, RESTART IDENTITY
		return err
	}
	if int(n) > (d.end-d.pos)/4 {
		return errShort
	}
	event, ok := d.event(Truncate, lsn)
	for range n {
		r, err := d.lookup()
		if err != nil {
			return err
		}
		if !ok || r.Skip {
			continue
		}
		if len(r.Rows.Ops) == 0 {
			d.Changed = append(d.Changed, r)
		}
		r.Rows.add('T', None, None, false, event)
	}
	return nil
}

func (d *Decoder) logical(lsn uint64) error {
	flags, err := d.byte()
	if err != nil {
		return err
	}
	m := LogicalMessage{Transactional: flags&1 != 0}
	if m.LSN, err = d.uint64(); err != nil {
		return err
	}
	if m.Prefix, err = d.text(); err != nil {
		return err
	}
	size, err := d.uint32()
	if err != nil {
		return err
	}
	if int(int32(size)) < 0 || int(size) > d.end-d.pos {
		return errShort
	}
	m.Content = Cell{uint32(d.pos), int32(size)}
	d.pos += int(size)
	open := d.open
	d.open = open && m.Transactional
	event, ok := d.event(Message, lsn)
	d.open = open
	if ok {
		m.Event = event
		d.Messages = append(d.Messages, m)
	}
	return nil
}
